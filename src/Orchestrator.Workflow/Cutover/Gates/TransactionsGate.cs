namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>Nothing stands in the fence's way: it would have to wait for every transaction that wrote a migrated table.</summary>
public sealed class TransactionsGate : ICutoverGate
{
    public string Name => "transactions";

    public async Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        var open = await context.Parts.OpenTransactions.ReadAsync(context.Plan.Inventory.Tables, context.Plan.LongTransaction, ct);
        var inTheWay = open.Where(t => !t.IsMaintenance).ToList();
        return inTheWay.Count == 0
            ? new GateResult(Name, true, $"none open longer than {context.Plan.LongTransaction.TotalSeconds:0.#} s, none prepared")
            : new GateResult(Name, false, string.Join(", ", inTheWay));
    }
}
