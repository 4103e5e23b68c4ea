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

    public BatchFiller(IReadOnlyList<FollowedTable> tables)
    {
        _from = [.. tables.Select(t => t.From)];
        _latest = _from.Aggregate<SourcePosition, SourcePosition>(new NoPosition(), (a, b) => a is NoPosition || b > a ? b : a);
    }

    public void Write(in Merged step, ChangeBatchBuilder batch)
    {
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
        else Add(e, step.From!.Images.Span, batch);
    }

    private static void Add(in DecodedEvent e, ReadOnlySpan<byte> images, ChangeBatchBuilder batch)
    {
        var old = e.Old == OldImage.None ? 0 : batch.Append(images.Slice(e.OldOffset, e.OldLength));
        var now = e.Op == ChangeOp.Delete ? 0 : batch.Append(images.Slice(e.NewOffset, e.NewLength));
        batch.Add(e.Op, e.Table, e.Old, old, now);
    }

    private bool IsInSnapshot(int table, SourcePosition commit) => _latest is not NoPosition && commit < _latest && commit < _from[table];
}
