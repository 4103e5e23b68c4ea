namespace Orchestrator.TestKit.Connectors;

/// <summary>Where in the log an event stands: what an event's <c>source</c> is made of.</summary>
internal sealed record MariaPoint(string File, long Position, uint Server, uint Seconds, string Gtid, string? Query)
{
    public string Json(ConnectorSettings settings, string database, string? table, int row) => FormattableString.Invariant(
        $$"""{"version":"3.6.0.Final","connector":"mariadb","name":{{JsonText.Quote(settings.Prefix)}},"ts_ms":{{Seconds}}000,"snapshot":"false","db":{{JsonText.Quote(database)}},"sequence":null,"ts_us":{{Seconds}}000000,"ts_ns":{{Seconds}}000000000,"table":{{JsonText.Quote(table)}},"server_id":{{Server}},"gtid":{{JsonText.Quote(Gtid)}},"file":{{JsonText.Quote(File)}},"pos":{{Position}},"row":{{row}},"thread":null,"query":{{JsonText.Quote(Query)}}}""");
}

/// <summary>The transaction the log is in, and what was sent of it.</summary>
internal sealed class MariaTransaction(string gtid, uint seconds)
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _total;

    public string Gtid => gtid;

    /// <summary>Counts one event and says which it is.</summary>
    public string Count(string collection)
    {
        _total++;
        var order = _counts[collection] = _counts.GetValueOrDefault(collection) + 1;
        return FormattableString.Invariant($"{{\"id\":\"{gtid}\",\"total_order\":{_total},\"data_collection_order\":{order}}}");
    }

    public string BeginJson() => FormattableString.Invariant($"{{\"status\":\"BEGIN\",\"id\":\"{gtid}\",\"event_count\":null,\"data_collections\":null,\"ts_ms\":{seconds}000}}");

    public string EndJson(uint at)
    {
        var collections = string.Join(',', _counts.Select(c => FormattableString.Invariant($"{{\"data_collection\":{JsonText.Quote(c.Key)},\"event_count\":{c.Value}}}")));
        return FormattableString.Invariant($"{{\"status\":\"END\",\"id\":\"{gtid}\",\"event_count\":{_total},\"data_collections\":[{collections}],\"ts_ms\":{at}000}}");
    }
}
