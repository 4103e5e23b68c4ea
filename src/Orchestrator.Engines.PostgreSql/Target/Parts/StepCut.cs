using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>Some transactions of a batch that are one step.</summary>
/// <param name="End">Where the step ends.</param>
/// <param name="InOnePart">
/// One part applies all of it, see <see cref="Undivided"/>: what comes before must be done, and nothing that comes after.
/// </param>
/// <param name="HasRows">Something is to be applied; else only the checkpoint moves.</param>
/// <param name="Transactions">The source's transactions in it.</param>
internal sealed record StepCut(SourcePosition End, bool InOnePart, bool HasRows, IReadOnlyList<SourceTransaction> Transactions)
{
    /// <summary>Cuts a batch so that each transaction that cannot be divided is a step by itself.</summary>
    /// <param name="batch">A batch that ends a transaction.</param>
    /// <param name="begun">
    /// What earlier batches had of the transaction this one begins with: null: nothing, it begins with a whole one.
    /// </param>
    public static IReadOnlyList<StepCut> Of(ChangeBatch batch, BegunPieces? begun)
    {
        var (rows, alone) = (new bool[batch.Transactions.Count], new bool[batch.Transactions.Count]);
        if (begun is not null && rows.Length > 0) (rows[0], alone[0]) = (begun.HasRows, begun.IsUndivided);
        foreach (ref readonly var change in batch.Changes.Span)
        {
            rows[change.Transaction] = true;
            alone[change.Transaction] |= Undivided.Is(batch, change);
        }

        var cuts = new List<StepCut>();
        for (var first = 0; first < rows.Length;)
        {
            var next = first + 1;
            while (!alone[first] && next < rows.Length && !alone[next]) next++;
            // Everything that committed before the next transaction did.
            var end = next == rows.Length ? batch.End : batch.Transactions[next].CommitPosition;
            cuts.Add(new StepCut(end, alone[first], rows.AsSpan(first, next - first).Contains(true), [.. batch.Transactions.Skip(first).Take(next - first)]));
            first = next;
        }

        return cuts.Count > 0 ? cuts : [new StepCut(batch.End, false, false, [])];
    }
}

/// <summary>What the pieces of a large transaction held that were passed over so far.</summary>
internal sealed record BegunPieces(bool HasRows, bool IsUndivided)
{
    public static BegunPieces Add(BegunPieces? before, ChangeBatch piece)
    {
        var undivided = before?.IsUndivided ?? false;
        foreach (ref readonly var change in piece.Changes.Span) undivided |= Undivided.Is(piece, change);
        return new BegunPieces(before?.HasRows == true || piece.Changes.Length > 0, undivided);
    }
}
