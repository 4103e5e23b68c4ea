using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>A hash of what an event says, by which one that comes again is known; its number in the transaction is no part of it.</summary>
internal static class EventDigest
{
    /// <param name="e">Its places are indexes into <paramref name="images"/>.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="images">Holds its images.</param>
    public static int Of(in DecodedEvent e, string topic, ReadOnlySpan<byte> images)
    {
        var hash = default(HashCode);
        hash.Add(topic);
        hash.Add(e.Kind);
        hash.Add(e.Op);
        hash.Add(e.Source);
        hash.Add(e.Message);
        if (e.Kind != EventKind.Change) return hash.ToHashCode();
        if (e.Old != OldImage.None) hash.AddBytes(images.Slice(e.OldOffset, e.OldLength));
        if (e.Op != ChangeOp.Delete) hash.AddBytes(images.Slice(e.NewOffset, e.NewLength));
        return hash.ToHashCode();
    }
}
