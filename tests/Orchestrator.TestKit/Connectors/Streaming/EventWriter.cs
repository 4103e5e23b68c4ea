using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Makes records of changes, as the recorded connector did, and sends them.</summary>
internal sealed class EventWriter(ConnectorSettings settings, TopicSink sink, StandInFaults faults, TimeProvider time)
{
    // What LogicalDecodingMessageMonitor.LogicalDecodingMessageId prints for want of a name; the number differs from process to process.
    private const string MessageCollection = "io.debezium.connector.postgresql.LogicalDecodingMessageMonitor$LogicalDecodingMessageId@a2e3cf6";

    private readonly string _runId = Guid.NewGuid().ToString();

    public Task InsertAsync(TableForm table, RowValues row, SourcePoint at, OpenTransaction? within, CancellationToken ct) =>
        ChangeAsync(table, "c", table.KeyOf(row), "null", Row(table, row), at, within, null, ct);

    public Task ReadAsync(TableForm table, RowValues row, SourcePoint at, CancellationToken ct) =>
        ChangeAsync(table, "r", table.KeyOf(row), "null", Row(table, row), at, null, null, ct);

    /// <param name="table">The table.</param>
    /// <param name="before">The old row, or its key only; null: not sent.</param>
    /// <param name="isWhole">The old row is whole.</param>
    /// <param name="after">The new row.</param>
    /// <param name="at">Where.</param>
    /// <param name="within">Its transaction.</param>
    /// <param name="ct">Ends it.</param>
    public async Task UpdateAsync(TableForm table, RowValues? before, bool isWhole, RowValues after, SourcePoint at, OpenTransaction? within, CancellationToken ct)
    {
        var (oldKey, newKey) = (before is null ? null : table.KeyOf(before), table.KeyOf(after));
        if (oldKey is null || oldKey == newKey)
        {
            await ChangeAsync(table, "u", newKey, before is not null && isWhole ? Row(table, before) : "null", Row(table, after), at, within, null, ct);
            return;
        }

        await RemoveAsync(table, oldKey, Row(table, before!), at, within, ("__debezium.newkey", newKey!), ct);
        await ChangeAsync(table, "c", newKey, "null", Row(table, after), at, within, ("__debezium.oldkey", oldKey), ct);
    }

    public Task DeleteAsync(TableForm table, RowValues before, SourcePoint at, OpenTransaction? within, CancellationToken ct) =>
        RemoveAsync(table, table.KeyOf(before), Row(table, before), at, within, null, ct);

    public Task TruncateAsync(TableForm table, SourcePoint at, OpenTransaction? within, CancellationToken ct) =>
        ChangeAsync(table, "t", null, "null", "null", at, within, null, ct);

    public Task BeginAsync(OpenTransaction transaction, CancellationToken ct) => BoundaryAsync(transaction.BeginId, transaction.BeginJson(), ct);

    public Task EndAsync(OpenTransaction transaction, ulong end, CancellationToken ct) => BoundaryAsync(transaction.Id(end), transaction.EndJson(end), ct);

    public Task MessageAsync(string prefix, byte[] content, SourcePoint at, OpenTransaction? within, CancellationToken ct)
    {
        var transaction = within is null || !settings.HasTransactions ? "null" : within.Count(MessageCollection, at.Lsn);
        var payload = $"{{\"op\":\"m\",\"ts_ms\":{Number(NowMicros() / 1000)},\"source\":{at.Json(settings, "", "")},\"transaction\":{transaction},\"message\":{{\"prefix\":{JsonText.Quote(prefix)},\"content\":{JsonText.Base64(content)}}}}}";
        var key = EventSchemas.With(settings.HasKeySchemas, EventSchemas.MessageKey, $"{{\"prefix\":{JsonText.Quote(prefix)}}}");
        return sink.SendAsync(TopicNames.Message(settings.Prefix), key, EventSchemas.With(settings.HasValueSchemas, EventSchemas.Message, payload), null, ct);
    }

    public Task HeartbeatAsync(CancellationToken ct)
    {
        var key = EventSchemas.With(settings.HasKeySchemas, EventSchemas.HeartbeatKey, $"{{\"serverName\":{JsonText.Quote(settings.Prefix)}}}");
        var value = EventSchemas.With(settings.HasValueSchemas, EventSchemas.Heartbeat, $"{{\"ts_ms\":{Number(NowMicros() / 1000)}}}");
        return sink.SendAsync(TopicNames.Heartbeat(settings.Prefix), key, value, null, ct);
    }

    private async Task RemoveAsync(TableForm table, string? key, string before, SourcePoint at, OpenTransaction? within, (string, string)? header, CancellationToken ct)
    {
        await ChangeAsync(table, "d", key, before, "null", at, within, header, ct);
        if (settings.HasTombstones && !settings.Skipped.Contains("d"))
            await sink.SendAsync(table.Topic, Key(table, key), null, Headers(header), ct);
    }

    private async Task ChangeAsync(TableForm table, string op, string? key, string before, string after, SourcePoint at, OpenTransaction? within, (string, string)? header, CancellationToken ct)
    {
        if (settings.Skipped.Contains(op)) return;
        if (faults.CrashesNow()) throw new InvalidOperationException("The stand-in was told to crash here.");
        var transaction = within is null || !settings.HasTransactions ? "null" : within.Count(table.Collection, at.Lsn);
        var micros = NowMicros();
        var payload = $"{{\"before\":{before},\"after\":{after},\"source\":{at.Json(settings, table.Schema, table.Table)},\"transaction\":{transaction},\"op\":\"{op}\",\"ts_ms\":{Number(micros / 1000)},\"ts_us\":{Number(micros)},\"ts_ns\":{Number(micros * 1000)}}}";
        var value = settings.HasValueSchemas ? EventSchemas.With(true, table.EnvelopeSchema, payload) : payload;
        await sink.SendAsync(table.Topic, Key(table, key), value, Headers(header), ct);
    }

    private Task BoundaryAsync(string id, string payload, CancellationToken ct)
    {
        if (!settings.HasTransactions) return Task.CompletedTask;
        var key = EventSchemas.With(settings.HasKeySchemas, EventSchemas.BoundaryKey, $"{{\"id\":{JsonText.Quote(id)}}}");
        return sink.SendAsync(TopicNames.Transaction(settings.Prefix), key, EventSchemas.With(settings.HasValueSchemas, EventSchemas.Boundary, payload), null, ct);
    }

    private string? Key(TableForm table, string? key) =>
        key is null ? null : settings.HasKeySchemas ? EventSchemas.With(true, table.KeySchema, key) : key;

    private string Row(TableForm table, RowValues row) => table.RowOf(row, settings.Placeholder);

    private Headers Headers((string Name, string Value)? first)
    {
        var headers = new Headers();
        if (first is { } h) headers.Add(h.Name, Encoding.UTF8.GetBytes(h.Value));
        headers.Add("__debezium.context.connectorLogicalName", Encoding.UTF8.GetBytes(settings.Prefix));
        headers.Add("__debezium.context.taskId", "0"u8.ToArray());
        headers.Add("__debezium.context.connectorName", "postgresql"u8.ToArray());
        headers.Add("__debezium.context.runId", Encoding.UTF8.GetBytes(_runId));
        return headers;
    }

    private long NowMicros() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
