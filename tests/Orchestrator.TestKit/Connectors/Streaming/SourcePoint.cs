using System.Globalization;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Where in the source a change was made: what an event's <c>source</c> is made of.</summary>
/// <param name="Lsn">The change's own position.</param>
/// <param name="LastCommit">End of the last transaction before; null: none was seen.</param>
/// <param name="Transaction">xid; null: none.</param>
/// <param name="Micros">Commit time, microseconds since 1970.</param>
/// <param name="Snapshot">The snapshot marker.</param>
internal readonly record struct SourcePoint(ulong Lsn, ulong? LastCommit, uint? Transaction, long Micros, string Snapshot = "false")
{
    public string Json(ConnectorSettings settings, string schema, string table)
    {
        var last = LastCommit is { } l ? $"\\\"{l}\\\"" : "null";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"version":"3.6.0.Final","connector":"postgresql","name":{{JsonText.Quote(settings.Prefix)}},"ts_ms":{{Micros / 1000}},"snapshot":"{{Snapshot}}","db":{{JsonText.Quote(settings.Database)}},"sequence":"[{{last}},\"{{Lsn}}\"]","ts_us":{{Micros}},"ts_ns":{{Micros}}000,"schema":{{JsonText.Quote(schema)}},"table":{{JsonText.Quote(table)}},"txId":{{(Transaction is { } t ? t : "null")}},"lsn":{{Lsn}},"xmin":null,"origin":null,"origin_lsn":null}
            """);
    }
}
