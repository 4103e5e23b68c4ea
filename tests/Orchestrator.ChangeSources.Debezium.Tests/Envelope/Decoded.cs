using System.Globalization;
using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Events written out in tests, and what they decode to.</summary>
internal static class Decoded
{
    /// <summary>A table <c>public.t</c> of a PostgreSQL source with a key <c>id integer</c> and these columns.</summary>
    public static TableSchema Table(params (string Name, string Type)[] columns) => Of([("id", "integer", null), .. columns.Select(c => (c.Name, c.Type, (string?)null))], RowKeyKind.PrimaryKey);

    /// <summary>A table <c>shop.t</c> of a MySQL source: name, type on the target, type on the source.</summary>
    public static TableSchema MySqlTable(params (string Name, string Type, string Source)[] columns) =>
        Of([("id", "integer", "int(11)"), .. columns.Select(c => (c.Name, c.Type, (string?)c.Source))], RowKeyKind.PrimaryKey) with { Origin = new TableRef("shop", "t") };

    public static TableSchema Of((string Name, string Type, string? Source)[] columns, RowKeyKind key) => new()
    {
        Table = new TableRef("public", "t"),
        SourceId = 1,
        Columns = [.. columns.Select((c, i) => new ColumnSchema(c.Name, i + 1, c.Type, CastOf(c.Type), 0, -1, i == 0, ColumnKind.Plain)
        {
            Origin = c.Source is null ? null : new ColumnOrigin(c.Name, c.Source, "utf8mb4", ""),
        })],
        Key = new RowKey(key, key == RowKeyKind.FullRow ? [.. Enumerable.Range(0, columns.Length)] : [0]),
        Pages = 0,
        EstimatedRows = 0,
        Bytes = 0,
    };

    public static EventDecoder Decoder(TableSchema table, DebeziumModes? modes = null, ConnectorKind? kind = null) => Decoder([table], modes, kind);

    public static EventDecoder Decoder(IReadOnlyList<TableSchema> forms, DebeziumModes? modes = null, ConnectorKind? kind = null, IReadOnlyDictionary<uint, UserType>? types = null) => new(
        [.. forms.Select(f => new FollowedTable(f, new LsnPosition(new Lsn(0))))],
        kind ?? (forms[0].Origin is null ? ConnectorKind.PostgreSql : ConnectorKind.MySql), modes ?? new DebeziumModes(), types);

    /// <summary>An event without schema, in the order the connectors write it.</summary>
    public static byte[] Event(string op, string? before, string? after, string table = "t") => Encoding.UTF8.GetBytes(
        $$"""{"before":{{before ?? "null"}},"after":{{after ?? "null"}},"source":{"version":"3.6.0.Final","connector":"x","ts_ms":1795232280393,"snapshot":"false","db":"shop","ts_us":1795232280393961,"schema":"public","table":"{{table}}","txId":800,"lsn":24934008,"gtid":null,"file":"binlog.000001","pos":12826},"transaction":{"id":"800:24934008","total_order":2,"data_collection_order":1},"op":"{{op}}","ts_ms":1795232280455}""");

    /// <summary>The text a value becomes; null for NULL.</summary>
    public static string? Value(string type, string json, DebeziumModes? modes = null) => Single(Table(("v", type)), json, modes);

    public static string? MySqlValue(string type, string source, string json, DebeziumModes? modes = null) => Single(MySqlTable(("v", type, source)), json, modes);

    public static string? Single(TableSchema table, string json, DebeziumModes? modes = null)
    {
        using var decoder = Decoder(table, modes);
        using var images = new RentedList<byte>();
        var change = decoder.Decode(TopicKind.Data, Event("c", null, $$"""{"id":1,"v":{{json}}}"""), images);
        return ReplayedTable.Read(images, change.NewOffset, table)["v"];
    }

    private static string CastOf(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        return open < 0 ? type : string.Create(CultureInfo.InvariantCulture, $"{type[..open]}{type[(type.IndexOf(')', open) + 1)..]}");
    }
}
