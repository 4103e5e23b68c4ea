using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Writes merged steps into a batch, without what the tables' snapshots hold already.</summary>
internal sealed class BatchFiller
{
    /// <summary>Prefix of logical messages of ours: their content is a marker.</summary>
    private const string MarkerPrefix = "orchestrator";

    private readonly SourcePosition[] _from;
    private readonly SourcePosition _latest;
    private string? _marker;
    private (DecodedEvent Event, byte[] Image)? _removed;

    public BatchFiller(IReadOnlyList<FollowedTable> tables)
    {
        _from = [.. tables.Select(t => t.From)];
        _latest = _from.Aggregate<SourcePosition, SourcePosition>(new NoPosition(), (a, b) => a is NoPosition || b > a ? b : a);
    }

    public void Write(in Merged step, ChangeBatchBuilder batch)
    {
        if (_removed is { } removed)
        {
            _removed = null;
            if (step.Event is { } next && IsSameRow(removed.Event, next))
            {
                AddMoved(removed.Event, removed.Image, next, step.From!.Images.Span, batch);
                return;
            }

            Add(removed.Event with { OldOffset = 0, OldLength = removed.Image.Length }, removed.Image, batch);
        }

        if (step.Event is not { } e)
        {
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

        // The connector may capture tables that nobody asked for; they only count.
        if (e.Table < 0 || IsInSnapshot(e.Table, step.Transaction.CommitPosition)) return;
        if (e.Kind == EventKind.Truncate) batch.Add(ChangeOp.Truncate, e.Table, OldImage.None, 0, 0);
        else if (e.Op == ChangeOp.Delete && e.Source.File is not null) _removed = (e, step.From!.Images.Span.Slice(e.OldOffset, e.OldLength).ToArray());
        else Add(e, step.From!.Images.Span, batch);
    }

    /// <summary>
    /// A row whose key changed comes as a delete and an insert. A binary log has one place for both, and no other delete shares
    /// a row's place with an insert; rows that refer to it follow a changed key, not a delete.
    /// </summary>
    private static bool IsSameRow(in DecodedEvent removed, in DecodedEvent next) =>
        next is { Kind: EventKind.Change, Op: ChangeOp.Insert } && next.Source == removed.Source && next.Transaction == removed.Transaction && next.Table == removed.Table;

    private static void AddMoved(in DecodedEvent removed, ReadOnlySpan<byte> image, in DecodedEvent next, ReadOnlySpan<byte> images, ChangeBatchBuilder batch)
    {
        var old = batch.Append(image);
        batch.Add(ChangeOp.Update, next.Table, removed.Old, old, batch.Append(images.Slice(next.NewOffset, next.NewLength)));
    }

    private static void Add(in DecodedEvent e, ReadOnlySpan<byte> images, ChangeBatchBuilder batch)
    {
        var old = e.Old == OldImage.None ? 0 : batch.Append(images.Slice(e.OldOffset, e.OldLength));
        var now = e.Op == ChangeOp.Delete ? 0 : batch.Append(images.Slice(e.NewOffset, e.NewLength));
        batch.Add(e.Op, e.Table, e.Old, old, now);
    }

    private bool IsInSnapshot(int table, SourcePosition commit) => _latest is not NoPosition && commit < _latest && commit < _from[table];
}
