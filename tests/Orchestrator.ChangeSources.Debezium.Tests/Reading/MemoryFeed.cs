using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>Topics in memory; records hold the number of an event that <see cref="MemoryDecoder"/> looks up.</summary>
internal sealed class MemoryTopics
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, int), List<int>> _records = [];

    public List<(DecodedEvent Event, byte[] New)> Events { get; } = [];

    /// <summary>A row of one column.</summary>
    public static byte[] Image(string text)
    {
        var image = new byte[7 + text.Length];
        image[1] = 1;
        image[2] = (byte)Core.Model.ValueTag.Text;
        BinaryPrimitives.WriteInt32BigEndian(image.AsSpan(3), text.Length);
        Encoding.ASCII.GetBytes(text, image.AsSpan(7));
        return image;
    }

    public void Put(string topic, int partition, DecodedEvent e, byte[]? image = null)
    {
        lock (_gate)
        {
            Events.Add((e, image ?? []));
            if (!_records.TryGetValue((topic, partition), out var records)) _records.Add((topic, partition), records = []);
            records.Add(Events.Count - 1);
        }
    }

    public KafkaRecord? At(Dictionary<(string, int), long> next, HashSet<(string, int)> paused)
    {
        lock (_gate)
        {
            foreach (var (place, records) in _records)
            {
                var offset = next.GetValueOrDefault(place);
                if (offset >= records.Count || paused.Contains(place)) continue;
                next[place] = offset + 1;
                return new KafkaRecord(place.Item1, place.Item2, offset, null, Encoding.ASCII.GetBytes(records[(int)offset].ToString(CultureInfo.InvariantCulture)));
            }

            return null;
        }
    }
}

/// <summary>Hands out one partition after the other, as far ahead as it may.</summary>
internal sealed class MemoryFeed(MemoryTopics topics, RelayedPosition? from, List<IReadOnlyDictionary<(string Topic, int Partition), long>> commits) : IRecordFeed
{
    private readonly HashSet<(string, int)> _paused = [];
    private readonly Dictionary<(string, int), long> _next = Start(from);

    public int Pauses { get; private set; }

    public int Hurries { get; private set; }

    public bool IsConnected => true;

    public string? LastError => null;

    public KafkaRecord? Next(TimeSpan wait, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (topics.At(_next, _paused) is { } record) return record;
        ct.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1));
        return null;
    }

    public void Pause(string topic, int partition)
    {
        Pauses++;
        Assert.True(_paused.Add((topic, partition)));
    }

    public void Resume(string topic, int partition) => Assert.True(_paused.Remove((topic, partition)));


    public void Hurry() => Hurries++;

    public void Commit(IReadOnlyDictionary<(string Topic, int Partition), long> next)
    {
        lock (commits) commits.Add(next);
    }

    public void Dispose() => _next.Clear();

    private static Dictionary<(string, int), long> Start(RelayedPosition? from)
    {
        var next = new Dictionary<(string, int), long>(from?.Offsets ?? new Dictionary<(string, int), long>());
        if (from?.RecentFrom is { } recent) next[(SimulatedConnector.TransactionTopic, 0)] = recent;
        return next;
    }
}

internal sealed class MemoryDecoder(MemoryTopics topics) : IEventDecoder
{
    public bool IsDisposed { get; private set; }

    public DecodedEvent? Unread { get; private set; }

    public void Dispose() => IsDisposed = true;

    public DecodedEvent Decode(in KafkaRecord record, RentedList<byte> images)
    {
        var (e, image) = topics.Events[int.Parse(record.Value, CultureInfo.InvariantCulture)];
        Unread = e.Kind == EventKind.Change ? e : null;
        if (e.Table == 99) throw new FormatException("no such table");
        return e.Op == Core.Model.ChangeOp.Delete
            ? e with { Old = Core.Model.OldImage.Key, OldOffset = images.Append(image), OldLength = image.Length }
            : e with { NewOffset = images.Append(image), NewLength = image.Length };
    }
}
