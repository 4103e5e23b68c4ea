using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Events of one partition that were read and not yet handed on, in the partition's order, with their images.</summary>
internal sealed class PartitionQueue(string topic, int partition) : IDisposable
{
    private const int CompactFrom = 256 * 1024;

    private readonly Queue<Held> _events = new();

    /// <summary>Images forgotten so far: places of held ones count from the first byte that ever came.</summary>
    private long _forgotten;

    /// <summary>End of the images handed on, counted so.</summary>
    private long _used;

    public (string Topic, int Partition) Name { get; } = (topic, partition);

    /// <summary>The decoder appends here.</summary>
    public RentedList<byte> Images { get; } = new();

    public int Count => _events.Count;

    public bool IsPaused { get; set; }

    /// <summary>The open transaction had events here, from this record on; null: none so far.</summary>
    public long? OpenFrom { get; set; }

    /// <summary>After the last record that came.</summary>
    public long Next { get; private set; }

    /// <summary>The first record that must be read again if the open transaction does not count.</summary>
    public long ResumeAt => OpenFrom ?? (_events.TryPeek(out var front) ? front.Offset : Next);

    /// <summary>Memory that cannot be given back yet.</summary>
    public long HeldBytes => _forgotten + Images.Count - _used + ((long)_events.Count * MergeLimits.EventBytes);

    public DecodedEvent Front => _events.Peek().Event;

    public long FrontOffset => _events.Peek().Offset;

    /// <summary>A record that says nothing about a transaction.</summary>
    public void Pass(long offset) => Next = offset + 1;

    /// <summary>Holds an event whose images are the last that were appended.</summary>
    public void Add(long offset, in DecodedEvent e)
    {
        Next = offset + 1;
        _events.Enqueue(new Held(e, offset, _forgotten, _forgotten + Images.Count));
    }

    /// <summary>Lets go of the front event; its images stay readable until the next is added.</summary>
    /// <returns>The event with its places in <see cref="Images"/> as they are now.</returns>
    public DecodedEvent Take()
    {
        Compact();
        var held = _events.Dequeue();
        _used = held.End;
        var moved = (int)(_forgotten - held.CountedFrom);
        return held.Event with { OldOffset = held.Event.OldOffset - moved, NewOffset = held.Event.NewOffset - moved };
    }

    public void Dispose() => Images.Dispose();

    /// <summary>Moves what is still held to the front once it is the smaller part.</summary>
    private void Compact()
    {
        var used = (int)(_used - _forgotten);
        if (used < CompactFrom || used < Images.Count / 2) return;
        Images.Span[used..].CopyTo(Images.Span);
        Images.Truncate(Images.Count - used);
        _forgotten = _used;
    }

    private readonly record struct Held(DecodedEvent Event, long Offset, long CountedFrom, long End);
}
