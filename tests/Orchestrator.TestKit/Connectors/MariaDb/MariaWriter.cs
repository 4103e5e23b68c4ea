using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Makes records of changes, as the recorded MariaDB connector did, and sends them; without schemas.</summary>
internal sealed class MariaWriter(ConnectorSettings settings, TopicSink sink, StandInFaults faults, TimeProvider time)
{
    private readonly string _runId = Guid.NewGuid().ToString();

    public Task InsertAsync(MariaTable table, object?[] row, (MariaPoint Point, int Row) at, MariaTransaction within, CancellationToken ct) =>
        ChangeAsync(table, "c", Key(table, row), "null", Row(table, row), at, within, null, ct);

    public async Task UpdateAsync(MariaTable table, object?[] before, object?[] after, (MariaPoint Point, int Row) at, MariaTransaction within, CancellationToken ct)
    {
        var (oldKey, newKey) = (Key(table, before), Key(table, after));
        if (oldKey == newKey)
        {
            await ChangeAsync(table, "u", newKey, Row(table, before), Row(table, after), at, within, null, ct);
            return;
        }

        await RemoveAsync(table, oldKey, Row(table, before), at, within, ("__debezium.newkey", newKey!), ct);
        await ChangeAsync(table, "c", newKey, "null", Row(table, after), at, within, ("__debezium.oldkey", oldKey!), ct);
    }

    public Task DeleteAsync(MariaTable table, object?[] row, (MariaPoint Point, int Row) at, MariaTransaction within, CancellationToken ct) =>
        RemoveAsync(table, Key(table, row), Row(table, row), at, within, null, ct);

    public Task TruncateAsync(MariaTable table, MariaPoint at, MariaTransaction within, CancellationToken ct) => ChangeAsync(table, "t", null, "null", "null", (at, 0), within, null, ct);

    public Task BeginAsync(MariaTransaction transaction, CancellationToken ct) => BoundaryAsync(transaction.Gtid, transaction.BeginJson(), ct);

    public Task EndAsync(MariaTransaction transaction, uint seconds, CancellationToken ct) => BoundaryAsync(transaction.Gtid, transaction.EndJson(seconds), ct);

    /// <param name="database">Database.</param>
    /// <param name="table">Table.</param>
    /// <param name="kind">CREATE, ALTER or DROP.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="at">Where.</param>
    /// <param name="ct">Ends it.</param>
    public Task SchemaChangeAsync(string database, string table, string kind, string statement, MariaPoint at, CancellationToken ct)
    {
        var id = JsonText.Quote($"\"{database}\".\"{table}\"");
        var change = $"{{\"type\":\"{kind}\",\"id\":{id},\"table\":null}}";
        var payload = $"{{\"source\":{(at with { Query = null }).Json(settings, database, table, 0)},\"ts_ms\":{Now() / 1000},\"databaseName\":{JsonText.Quote(database)},\"schemaName\":null,\"ddl\":{JsonText.Quote(statement)},\"tableChanges\":[{change}]}}";
        return sink.SendAsync(settings.Prefix, $"{{\"databaseName\":{JsonText.Quote(database)}}}", payload, Headers(null), ct);
    }

    public Task HeartbeatAsync(CancellationToken ct) =>
        sink.SendAsync(TopicNames.Heartbeat(settings.Prefix), $"{{\"serverName\":{JsonText.Quote(settings.Prefix)}}}", $"{{\"ts_ms\":{Now() / 1000}}}", null, ct);

    private async Task RemoveAsync(MariaTable table, string? key, string before, (MariaPoint Point, int Row) at, MariaTransaction within, (string, string)? header, CancellationToken ct)
    {
        await ChangeAsync(table, "d", key, before, "null", at, within, header, ct);
        if (settings.HasTombstones && !settings.Skipped.Contains("d")) await sink.SendAsync(table.Topic, key, null, Headers(header), ct);
    }

    private async Task ChangeAsync(MariaTable table, string op, string? key, string before, string after, (MariaPoint Point, int Row) at, MariaTransaction within, (string, string)? header, CancellationToken ct)
    {
        if (settings.Skipped.Contains(op)) return;
        if (faults.CrashesNow()) throw new InvalidOperationException("The stand-in was told to crash here.");
        var transaction = settings.HasTransactions ? within.Count(table.Collection) : "null";
        var micros = Now();
        var payload = $"{{\"before\":{before},\"after\":{after},\"source\":{at.Point.Json(settings, table.Database, table.Name, at.Row)},\"transaction\":{transaction},\"op\":\"{op}\",\"ts_ms\":{Number(micros / 1000)},\"ts_us\":{Number(micros)},\"ts_ns\":{Number(micros * 1000)}}}";
        await sink.SendAsync(table.Topic, key, payload, Headers(header), ct);
    }

    private Task BoundaryAsync(string id, string payload, CancellationToken ct) =>
        settings.HasTransactions ? sink.SendAsync(TopicNames.Transaction(settings.Prefix), $"{{\"id\":{JsonText.Quote(id)}}}", payload, null, ct) : Task.CompletedTask;

    private string? Key(MariaTable table, object?[] row) => table.KeyOf(row, settings);

    private string Row(MariaTable table, object?[] row) => table.RowOf(row, settings);

    private Headers Headers((string Name, string Value)? first)
    {
        var headers = new Headers();
        if (first is { } h) headers.Add(h.Name, Encoding.UTF8.GetBytes(h.Value));
        headers.Add("__debezium.context.connectorLogicalName", Encoding.UTF8.GetBytes(settings.Prefix));
        headers.Add("__debezium.context.taskId", "0"u8.ToArray());
        headers.Add("__debezium.context.connectorName", "mariadb"u8.ToArray());
        headers.Add("__debezium.context.runId", Encoding.UTF8.GetBytes(_runId));
        return headers;
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
