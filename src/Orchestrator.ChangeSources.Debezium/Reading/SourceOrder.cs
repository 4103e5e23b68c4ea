using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Turns what the connector says about places in the source's log into positions.</summary>
internal static class SourceOrder
{
    /// <summary>
    /// Where a transaction of PostgreSQL committed. END tells only where its commit record ends, and a snapshot's position
    /// is never inside a record: it is at or before the record's beginning exactly when it is before its end, so the last
    /// byte compares like the record's beginning does.
    /// </summary>
    public static LsnPosition CommitOf(ulong end) => new(new Lsn(end - 1));

    /// <summary>
    /// A place of a binary log. A transaction is told by its first event: snapshots are taken between transactions, so their
    /// positions are on the same side of it as of the transaction's beginning, which the connector does not tell.
    /// </summary>
    public static BinlogPosition Of(SourcePoint point, TransactionKey key) => new(point.File!, point.Offset, key.Gtid ?? "");

    /// <summary>
    /// Behind an event that begins at this place. Nobody can read on there (no event begins inside another): it only sorts
    /// after everything of the transaction and before all that follows it; reading on is by the topics' offsets.
    /// </summary>
    public static BinlogPosition After(SourcePoint point, TransactionKey key) => new(point.File!, point.Offset + 1, key.Gtid ?? "");

    /// <summary>Order of two events of one transaction in the source's log; 0 also if it does not tell (CASES C10).</summary>
    public static int Compare(SourcePoint a, SourcePoint b)
    {
        if (a.File is null || b.File is null) return a.Lsn.CompareTo(b.Lsn);
        return a.File == b.File ? a.Offset.CompareTo(b.Offset) : NumberOf(a.File).CompareTo(NumberOf(b.File));
    }

    private static ulong NumberOf(string file) =>
        ulong.TryParse(file.AsSpan(file.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
