using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Model;

/// <summary>What happened to a row, or to whole tables.</summary>
public enum ChangeOp : byte
{
    Insert,
    Update,
    Delete,

    /// <summary>One per table; all tables of one statement follow each other with the same <see cref="RowChange.Transaction"/>.</summary>
    Truncate,
}

/// <summary>What the old image of a change holds.</summary>
public enum OldImage : byte
{
    /// <summary>No old image: the key did not change.</summary>
    None,

    /// <summary>Only the key columns are meaningful; the others read NULL but are absent.</summary>
    Key,

    /// <summary>The whole old row.</summary>
    Full,
}

/// <summary>One row change: where its images start in the batch's buffer. Values are read with <see cref="TupleReader"/>.</summary>
/// <param name="Op">What happened.</param>
/// <param name="Table">Index into <see cref="ChangeBatch.Tables"/>.</param>
/// <param name="Transaction">Index into <see cref="ChangeBatch.Transactions"/>.</param>
/// <param name="Old">What the old image holds.</param>
/// <param name="OldOffset">Start of the old image; meaningless if <paramref name="Old"/> is None.</param>
/// <param name="NewOffset">Start of the new image (insert, update); for a truncate 1 if identities restart, else 0.</param>
/// <param name="IsAlone">The table's <see cref="Cascade"/>s do not count: the source carried none out, or its log tells of their changes too.</param>
public readonly record struct RowChange(
    ChangeOp Op, int Table, int Transaction, OldImage Old, int OldOffset, int NewOffset, bool IsAlone = false);

/// <summary>One source transaction (or the part of it that is in this batch).</summary>
/// <param name="CommitPosition">Where it committed: compared with a table's snapshot position.</param>
/// <param name="EndPosition">Where to resume once it is applied.</param>
/// <param name="CommitTime">The source's commit time, for lag.</param>
public readonly record struct SourceTransaction(
    SourcePosition CommitPosition, SourcePosition EndPosition, DateTimeOffset CommitTime);

/// <summary>
/// Changes that are applied together: whole source transactions, or, of a transaction larger than the limits, a part
/// (<see cref="EndsTransaction"/> false; the target transaction then stays open for the next part).
/// </summary>
/// <param name="owned">What is given back when the batch is disposed: nothing of it may be used afterwards.</param>
public sealed class ChangeBatch(params IDisposable[] owned) : IDisposable
{
    /// <summary>Tables that changes refer to by index. Columns of images are in the order of <see cref="TableSchema.Copied"/>.</summary>
    public required IReadOnlyList<TableSchema> Tables { get; init; }

    /// <summary>In commit order.</summary>
    public required IReadOnlyList<SourceTransaction> Transactions { get; init; }

    /// <summary>In the order the source made them.</summary>
    public required ReadOnlyMemory<RowChange> Changes { get; init; }

    /// <summary>The images; layout in <see cref="TupleReader"/>.</summary>
    public required ReadOnlyMemory<byte> Buffer { get; init; }

    /// <summary>The last transaction is complete in this batch: the target may commit.</summary>
    public required bool EndsTransaction { get; init; }

    /// <summary>
    /// Everything that committed before this position is in this batch or an earlier one; the checkpoint once this
    /// batch is applied. Also moves on by itself when nothing of ours happens on the source.
    /// </summary>
    public required SourcePosition End { get; init; }

    /// <summary>The last cutover marker seen in this batch; null if none.</summary>
    public string? Marker { get; init; }

    /// <summary>Once it is applied; one that never is may be left to the garbage collector.</summary>
    public void Dispose()
    {
        foreach (var part in owned) part.Dispose();
    }
}
