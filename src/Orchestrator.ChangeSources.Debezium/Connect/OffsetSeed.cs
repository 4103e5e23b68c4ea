using System.Text.Json;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// The body of <c>PATCH /connectors/{name}/offsets</c> that makes a Debezium connector begin at a position we recorded. That
/// offsets may be set so: https://debezium.io/documentation/faq/#how_to_change_the_offsets_of_the_source_database. The keys
/// are those the connectors load on start (in Debezium's sources: <c>BinlogOffsetContext</c> with <c>MySqlOffsetContext</c>
/// and <c>MariaDbOffsetContext</c>, <c>PostgresOffsetContext</c>); the partition is <c>{"server": topic.prefix}</c>.
/// </summary>
internal static class OffsetSeed
{
    /// <summary>
    /// For a PostgreSQL connector that is made again while its slot stays; a first one needs none. <c>lsn_proc</c> and
    /// <c>lsn_commit</c>: everything that committed before is done, so the next transaction is read from its beginning.
    /// </summary>
    public static string Of(ConnectorNames names, LsnPosition position)
    {
        var lsn = checked((long)position.Lsn.Value);
        return Body(names, w =>
        {
            w.WriteNumber("lsn", lsn);
            w.WriteNumber("lsn_proc", lsn);
            w.WriteNumber("lsn_commit", lsn);
        });
    }

    /// <summary>
    /// MySQL and MariaDB: <c>file</c>, <c>pos</c> and, where the server has them, <c>gtids</c>: transactions of the set are
    /// done; with it file and offset are not looked at. No <c>event</c> and <c>row</c>: nothing after the position is skipped.
    /// </summary>
    public static string Of(ConnectorNames names, BinlogPosition position)
    {
        var offset = checked((long)position.Offset);
        return Body(names, w =>
        {
            w.WriteString("file", position.File);
            w.WriteNumber("pos", offset);
            if (position.Gtids.Length > 0) w.WriteString("gtids", position.Gtids);
        });
    }

    /// <summary>The connector has read on since it was seeded, and not for a snapshot: its history of DDL is there.</summary>
    public static bool IsStreaming(IReadOnlyList<ConnectorOffset> offsets, string seed)
    {
        if (offsets.Count == 0) return false;
        using var seeded = JsonDocument.Parse(seed);
        var first = seeded.RootElement.GetProperty("offsets")[0].GetProperty("offset");
        using var now = JsonDocument.Parse(offsets[0].Offset);
        return !now.RootElement.TryGetProperty("snapshot", out _) && !JsonElement.DeepEquals(first, now.RootElement);
    }

    private static string Body(ConnectorNames names, Action<Utf8JsonWriter> offset)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("offsets");
            writer.WriteStartObject();
            writer.WriteStartObject("partition");
            writer.WriteString("server", names.TopicPrefix);
            writer.WriteEndObject();
            writer.WriteStartObject("offset");
            offset(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
