using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Connectors;

/// <summary>What Connect keeps for the connector: up to where everything is in Kafka. Outlives tasks and the connector.</summary>
/// <param name="Lsn">End of the last transaction that is acknowledged.</param>
/// <param name="Xid">That transaction; null: not known.</param>
/// <param name="Micros">Its commit time; 0: not known.</param>
/// <param name="Binlog">Of a MariaDB connector all there is; null for the others.</param>
internal sealed record ConnectorOffset(ulong Lsn, uint? Xid, long Micros, BinlogPlace? Binlog = null)
{
    public JsonObject Json()
    {
        if (Binlog is not null) return new JsonObject { ["transaction_id"] = null, ["file"] = Binlog.File, ["pos"] = Binlog.Position, ["gtids"] = Binlog.Gtids, ["server_id"] = 1 };
        var offset = new JsonObject { ["lsn_proc"] = (long)Lsn, ["messageType"] = "COMMIT", ["lsn_commit"] = (long)Lsn, ["lsn"] = (long)Lsn, ["ts_usec"] = Micros };
        if (Xid is { } xid) offset["txId"] = (long)xid;
        return offset;
    }

    /// <summary>Reads what somebody set.</summary>
    public static ConnectorOffset? Of(JsonElement offset)
    {
        if (offset.ValueKind != JsonValueKind.Object) return null;
        if (offset.TryGetProperty("file", out var file))
        {
            var gtids = offset.TryGetProperty("gtids", out var g) ? g.GetString()! : "";
            return new ConnectorOffset(0, null, 0, new BinlogPlace(file.GetString()!, offset.GetProperty("pos").GetInt64(), gtids, HasHistory: false));
        }

        foreach (var name in (string[])["lsn_commit", "lsn_proc", "lsn"])
            if (offset.TryGetProperty(name, out var value)) return new ConnectorOffset(ulong.Parse(value.ToString(), CultureInfo.InvariantCulture), null, 0);
        return null;
    }
}
