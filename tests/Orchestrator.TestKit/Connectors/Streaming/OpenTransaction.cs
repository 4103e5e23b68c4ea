using System.Globalization;

namespace Orchestrator.TestKit.Connectors;

/// <summary>The transaction the stream is in, and what was sent of it.</summary>
internal sealed class OpenTransaction(uint xid, ulong begin, long commitMicros)
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _total;

    public uint Xid => xid;

    /// <summary>Commit time, microseconds since 1970.</summary>
    public long CommitMicros => commitMicros;

    public string BeginId => Id(begin);

    /// <summary>Counts one event and says which it is.</summary>
    public string Count(string collection, ulong lsn)
    {
        _total++;
        var order = _counts[collection] = _counts.GetValueOrDefault(collection) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{Id(lsn)}\",\"total_order\":{_total},\"data_collection_order\":{order}}}");
    }

    public string BeginJson() =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"status\":\"BEGIN\",\"id\":\"{BeginId}\",\"event_count\":null,\"data_collections\":null,\"ts_ms\":{commitMicros / 1000}}}");

    public string EndJson(ulong end)
    {
        var collections = string.Join(',', _counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{{\"data_collection\":{JsonText.Quote(c.Key)},\"event_count\":{c.Value}}}")));
        return string.Create(CultureInfo.InvariantCulture, $"{{\"status\":\"END\",\"id\":\"{Id(end)}\",\"event_count\":{_total},\"data_collections\":[{collections}],\"ts_ms\":{commitMicros / 1000}}}");
    }

    public string Id(ulong lsn) => string.Create(CultureInfo.InvariantCulture, $"{xid}:{lsn}");
}
