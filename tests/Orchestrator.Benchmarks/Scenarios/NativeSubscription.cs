using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>PostgreSQL's own logical replication, prepared so that it applies a backlog when it is enabled.</summary>
internal sealed class NativeSubscription : IAsyncDisposable
{
    public const string Slot = "bench_native";
    private readonly PgDatabase _source;
    private readonly PgDatabase _target;

    private NativeSubscription(PgDatabase source, PgDatabase target) => (_source, _target) = (source, target);

    /// <summary>Copies the (quiet) source, then makes slot and disabled subscription: everything later is backlog.</summary>
    public static async Task<NativeSubscription> PrepareAsync(PgDatabase source, PgDatabase target)
    {
        var bin = Path.GetDirectoryName(PgBinaries.Path("psql"));
        await Timed.ShellAsync($"{bin}/pg_dump \"$SRC\" | {bin}/psql -X -q -v ON_ERROR_STOP=1 \"$DST\"",
            new Dictionary<string, string> { ["SRC"] = source.Url, ["DST"] = target.Url });
        await source.ExecuteAsync("CREATE PUBLICATION bench_native FOR ALL TABLES");
        await source.ExecuteAsync($"SELECT pg_create_logical_replication_slot('{Slot}', 'pgoutput')");
        var at = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        await target.ExecuteAsync(
            $"CREATE SUBSCRIPTION bench_native CONNECTION 'host={at.Host} port={at.Port} user={at.Username} password={at.Password} dbname={at.Database}' "
            + $"PUBLICATION bench_native WITH (copy_data = false, create_slot = false, enabled = false, slot_name = {Slot}, binary = true)");
        return new NativeSubscription(source, target);
    }

    public Task EnableAsync() => _target.ExecuteAsync("ALTER SUBSCRIPTION bench_native ENABLE");

    public async ValueTask DisposeAsync()
    {
        await _target.ExecuteAsync("ALTER SUBSCRIPTION bench_native DISABLE");
        await _target.ExecuteAsync("ALTER SUBSCRIPTION bench_native SET (slot_name = NONE)");
        await _target.ExecuteAsync("DROP SUBSCRIPTION bench_native");
        await _source.ExecuteAsync($"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{Slot}' AND active");
        await Timed.UntilAsync(async () => await _source.QueryScalarAsync($"SELECT active FROM pg_replication_slots WHERE slot_name = '{Slot}'") == "f",
            TimeSpan.FromSeconds(30), "slot free");
        await _source.ExecuteAsync($"SELECT pg_drop_replication_slot('{Slot}')");
        await _source.ExecuteAsync("DROP PUBLICATION bench_native");
    }
}
