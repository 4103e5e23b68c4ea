using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>Some transactions of a batch that are one step.</summary>
/// <param name="End">Where the step ends.</param>
/// <param name="InOnePart">One part applies all of it: the transaction empties tables, which lies between what comes before and after it.</param>
/// <param name="HasRows">Something is to be applied; else only the checkpoint moves.</param>
/// <param name="Transactions">The source's transactions in it.</param>
internal sealed record StepCut(SourcePosition End, bool InOnePart, bool HasRows, IReadOnlyList<SourceTransaction> Transactions)
{
    /// <summary>Cuts a batch so that each transaction with a TRUNCATE is a step by itself.</summary>
    /// <param name="batch">A batch that ends a transaction.</param>
    /// <param name="begun">
    /// What earlier batches had of the transaction this one begins with: null: nothing, it begins with a whole one.
    /// </param>
    public static IReadOnlyList<StepCut> Of(ChangeBatch batch, BegunPieces? begun)
    {
        var (rows, truncates) = (new bool[batch.Transactions.Count], new bool[batch.Transactions.Count]);
        if (begun is not null && rows.Length > 0) (rows[0], truncates[0]) = (begun.HasRows, begun.Truncates);
        foreach (ref readonly var change in batch.Changes.Span)
        {
            rows[change.Transaction] = true;
            truncates[change.Transaction] |= change.Op == ChangeOp.Truncate;
        }

        var cuts = new List<StepCut>();
        for (var first = 0; first < rows.Length;)
        {
            var next = first + 1;
            while (!truncates[first] && next < rows.Length && !truncates[next]) next++;
            // Everything that committed before the next transaction did.
            var end = next == rows.Length ? batch.End : batch.Transactions[next].CommitPosition;
            cuts.Add(new StepCut(end, truncates[first], rows.AsSpan(first, next - first).Contains(true), [.. batch.Transactions.Skip(first).Take(next - first)]));
            first = next;
        }

        return cuts.Count > 0 ? cuts : [new StepCut(batch.End, false, false, [])];
    }
}

/// <summary>What the pieces of a large transaction held that were passed over so far.</summary>
internal sealed record BegunPieces(bool HasRows, bool Truncates)
{
    public static BegunPieces Add(BegunPieces? before, ChangeBatch piece)
    {
        var truncates = before?.Truncates ?? false;
        foreach (ref readonly var change in piece.Changes.Span) truncates |= change.Op == ChangeOp.Truncate;
        return new BegunPieces(before?.HasRows == true || piece.Changes.Length > 0, truncates);
    }
}
