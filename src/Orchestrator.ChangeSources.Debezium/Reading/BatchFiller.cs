using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// Writes merged steps into a batch, without what the tables' snapshots hold already. A changed key comes from Debezium as a
/// delete and an insert, and the insert lacks large values that did not change: the two become one update again, which leaves
/// those values where they are (CASES C4).
/// </summary>
internal sealed class BatchFiller
{
    /// <summary>Prefix of logical messages of ours: their content is a marker.</summary>
    private const string MarkerPrefix = "orchestrator";

    private readonly IReadOnlyList<FollowedTable> _tables;
    private readonly SourcePosition[] _from;
    private readonly SourcePosition _latest;
    private string? _marker;

    /// <summary>A delete that may be the first half of a changed key; its image is in <see cref="_removedImage"/>.</summary>
    private DecodedEvent? _removed;
    private byte[] _removedImage = [];

    public BatchFiller(IReadOnlyList<FollowedTable> tables)
    {
        _tables = tables;
        _from = [.. tables.Select(t => t.From)];
        _latest = _from.Aggregate<SourcePosition, SourcePosition>(new NoPosition(), (a, b) => a is NoPosition || b > a ? b : a);
    }

    /// <exception cref="Core.Errors.OrchestratorException">Data: the change could not be read, or lacks a value.</exception>
    public void Write(in Merged step, ChangeBatchBuilder batch)
    {
        if (step.Event is not { } e)
        {
            WriteRemoved(batch);
            // Not before: what a batch marks is applied with it.
            if (_marker is not null) batch.Mark(_marker);
            _marker = null;
            batch.EndTransaction(step.Transaction);
            return;
        }

        if (e.Kind == EventKind.Message)
        {
            // One without content only says that the source has come so far.
            if (e.Message is { Prefix: MarkerPrefix, Content.Length: > 0 } marker) _marker = marker.Content;
            return;
        }

        var isFollowed = e.Table >= 0;
        if (isFollowed && IsInSnapshot(e.Table, step.Transaction.CommitPosition)) return;
        if (e.Error is not null) throw e.Error;
        // The connector may capture tables that nobody asked for; they only count.
        if (!isFollowed) return;
        if (IsSecondHalf(e)) WriteMoved(e, step.From!.Images.Span, batch);
        else WriteOwn(e, step.From!.Images.Span, batch);
    }

    private void WriteOwn(in DecodedEvent e, ReadOnlySpan<byte> images, ChangeBatchBuilder batch)
    {
        WriteRemoved(batch);
        if (e.Kind == EventKind.Truncate)
        {
            batch.Add(ChangeOp.Truncate, e.Table, OldImage.None, 0, 0);
            return;
        }

        if (e.Op == ChangeOp.Delete)
        {
            if (_removedImage.Length < e.OldLength) _removedImage = new byte[2 * e.OldLength];
            images.Slice(e.OldOffset, e.OldLength).CopyTo(_removedImage);
            _removed = e;
            return;
        }

        var now = images.Slice(e.NewOffset, e.NewLength);
        if (e.Op == ChangeOp.Insert) RequireWhole(now, e.Table);
        var old = e.Old == OldImage.None ? 0 : batch.Append(images.Slice(e.OldOffset, e.OldLength));
        batch.Add(e.Op, e.Table, e.Old, old, batch.Append(now));
    }

    /// <summary>Both halves bear the place of the one change in the source's log; two changes never share one.</summary>
    private bool IsSecondHalf(in DecodedEvent e) =>
        _removed is { } removed && e is { Kind: EventKind.Change, Op: ChangeOp.Insert } && e.Table == removed.Table && e.Source == removed.Source;

    private void WriteMoved(in DecodedEvent e, ReadOnlySpan<byte> images, ChangeBatchBuilder batch)
    {
        var removed = _removed!.Value;
        _removed = null;
        var old = batch.Append(_removedImage.AsSpan(0, removed.OldLength));
        batch.Add(ChangeOp.Update, e.Table, removed.Old, old, batch.Append(images.Slice(e.NewOffset, e.NewLength)));
    }

    private void WriteRemoved(ChangeBatchBuilder batch)
    {
        if (_removed is not { } removed) return;
        _removed = null;
        batch.Add(ChangeOp.Delete, removed.Table, removed.Old, batch.Append(_removedImage.AsSpan(0, removed.OldLength)), 0);
    }

    /// <summary>A new row has no earlier value to keep: one that was not sent would become NULL.</summary>
    private void RequireWhole(ReadOnlySpan<byte> image, int index)
    {
        var reader = new TupleReader(image, 0);
        for (var i = 0; i < reader.ColumnCount; i++)
        {
            if (reader.Next(out _) != ValueTag.Unchanged) continue;
            var table = _tables[index].Table;
            throw EnvelopeErrors.Lost("a new row came without it, as if it were an old one's that did not change").In(table.Table, table.Copied[i].Name);
        }
    }

    private bool IsInSnapshot(int table, SourcePosition commit) => _latest is not NoPosition && commit < _latest && commit < _from[table];
}
