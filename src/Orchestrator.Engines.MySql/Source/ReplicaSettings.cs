using System.Globalization;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>What we tell the server about ourselves before it sends its log.</summary>
internal static class ReplicaSettings
{
    /// <summary>How often a server with nothing to send says that it is there; also the longest time a cancelled read waits.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Silence after which the connection counts as lost (CASES C18).</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public static async Task ApplyAsync(MySqlConnection connection, CancellationToken ct)
    {
        var heartbeat = ((long)Heartbeat.TotalMilliseconds * 1_000_000).ToString(CultureInfo.InvariantCulture); // nanoseconds
        // A replica that understands checksums gets the log as it is written; capability 4 is that of MariaDB's own GTID events.
        string[] statements = connection.IsMariaDb
            ? ["SET @master_binlog_checksum = @@global.binlog_checksum", "SET @mariadb_slave_capability = 4"]
            : ["SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum", $"SET @source_heartbeat_period = {heartbeat}"];
        foreach (var statement in statements) await connection.RunAsync(statement, ct);
        await connection.RunAsync($"SET @master_heartbeat_period = {heartbeat}", ct);
    }

    /// <summary>Our number among the source's replicas: made of the run, far from those that people choose.</summary>
    public static uint ServerId(Guid run) => 0x8000_0000u | (BitConverter.ToUInt32(run.ToByteArray()) >> 1);

    /// <summary>The number of a connector that follows the log in our stead: neither ours nor one that people choose.</summary>
    public static uint ConnectorId(Guid run) => 0x4000_0000u | (BitConverter.ToUInt32(run.ToByteArray()) >> 2);
}
