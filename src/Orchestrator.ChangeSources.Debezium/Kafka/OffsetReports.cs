using Confluent.Kafka;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// Tells the group where we are, for lag tools; where a run really is stands on the target. One report is on its way at
/// a time; those that come meanwhile are joined, and a failed one is made good by the next.
/// </summary>
internal sealed class OffsetReports(Action<IReadOnlyList<TopicPartitionOffset>> send)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, int Partition), long> _waiting = [];
    private Task _sending = Task.CompletedTask;

    /// <summary>What became of the last report; null: it arrived, or none was made.</summary>
    public string? LastError { get; private set; }

    public void Report(IReadOnlyDictionary<(string Topic, int Partition), long> next)
    {
        lock (_gate)
        {
            foreach (var (place, offset) in next) _waiting[place] = offset;
            if (_sending.IsCompleted && _waiting.Count > 0) _sending = Task.Run(SendAll);
        }
    }

    /// <summary>Waits for the report on its way.</summary>
    /// <returns>False: it took longer.</returns>
    public bool Wait(TimeSpan atMost)
    {
        Task sending;
        lock (_gate) sending = _sending;
        return sending.Wait(atMost);
    }

    private void SendAll()
    {
        while (true)
        {
            List<TopicPartitionOffset> report;
            lock (_gate)
            {
                if (_waiting.Count == 0) return;
                report = [.. _waiting.Select(w => new TopicPartitionOffset(w.Key.Topic, w.Key.Partition, w.Value))];
                _waiting.Clear();
            }

            try
            {
                send(report);
                LastError = null;
            }
            catch (Exception e) when (e is KafkaException or ObjectDisposedException or InvalidOperationException)
            {
                LastError = e.Message;
            }
        }
    }
}
