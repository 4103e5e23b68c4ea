using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Connectors;

/// <summary>What Connect keeps for the connector: up to where everything is in Kafka. Outlives tasks and the connector.</summary>
/// <param name="Lsn">End of the last transaction that is acknowledged.</param>
/// <param name="Xid">That transaction; null: not known.</param>
/// <param name="Micros">Its commit time; 0: not known.</param>
internal sealed record ConnectorOffset(ulong Lsn, uint? Xid, long Micros)
{
    public JsonObject Json()
    {
        var offset = new JsonObject { ["lsn_proc"] = (long)Lsn, ["messageType"] = "COMMIT", ["lsn_commit"] = (long)Lsn, ["lsn"] = (long)Lsn, ["ts_usec"] = Micros };
        if (Xid is { } xid) offset["txId"] = (long)xid;
        return offset;
    }

    /// <summary>Reads what somebody set.</summary>
    public static ConnectorOffset? Of(JsonElement offset)
    {
        if (offset.ValueKind != JsonValueKind.Object) return null;
        foreach (var name in (string[])["lsn_commit", "lsn_proc", "lsn"])
            if (offset.TryGetProperty(name, out var value)) return new ConnectorOffset(ulong.Parse(value.ToString(), CultureInfo.InvariantCulture), null, 0);
        return null;
    }
}
