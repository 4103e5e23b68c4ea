using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>Cuts a batch at a position, between two transactions.</summary>
public static class BatchSplit
{
    /// <summary>
    /// The transactions that committed before the position, and the others; either is null if empty. A batch whose end
    /// is before the position comes back whole as the first.
    /// </summary>
    public static (ChangeBatch? Before, ChangeBatch? After) At(ChangeBatch batch, SourcePosition position)
    {
        var count = batch.Transactions.TakeWhile(t => t.CommitPosition < position).Count();
        if (count == batch.Transactions.Count && batch.End <= position) return (batch, null);
        if (count == 0) return (null, batch);
        var changes = batch.Changes.Span;
        var cut = 0;
        while (cut < changes.Length && changes[cut].Transaction < count) cut++;
        return (Part(batch, 0, count, changes[..cut].ToArray(), position, null), Rest(batch, count, changes[cut..]));
    }

    /// <summary>The batch's first transaction, whether or not it ends there, and the others; null if there are none.</summary>
    public static (ChangeBatch First, ChangeBatch? Others) AfterFirst(ChangeBatch batch)
    {
        if (batch.Transactions.Count < 2) return (batch, null);
        var (first, others) = At(batch, batch.Transactions[1].CommitPosition);
        return first is null ? (batch, null) : (first, others);
    }

    private static ChangeBatch Rest(ChangeBatch batch, int first, ReadOnlySpan<RowChange> changes)
    {
        var renumbered = changes.ToArray();
        for (var i = 0; i < renumbered.Length; i++) renumbered[i] = renumbered[i] with { Transaction = renumbered[i].Transaction - first };
        return Part(batch, first, batch.Transactions.Count - first, renumbered, batch.End, batch.Marker);
    }

    private static ChangeBatch Part(ChangeBatch batch, int first, int count, RowChange[] changes, SourcePosition end, string? marker) => new()
    {
        Tables = batch.Tables,
        Transactions = [.. batch.Transactions.Skip(first).Take(count)],
        Changes = changes,
        Buffer = batch.Buffer,
        EndsTransaction = first > 0 ? batch.EndsTransaction : true,
        End = end,
        Marker = marker,
    };
}
