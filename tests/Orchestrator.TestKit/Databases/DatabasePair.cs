using System.Security.Cryptography;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>A source and a target database of one test; dropped with everything that holds them on dispose.</summary>
public sealed class DatabasePair(PgDatabase source, PgDatabase target) : IAsyncDisposable
{
    private readonly List<ApplicationRole> _roles = [];

    /// <summary>The database that is moved.</summary>
    public PgDatabase Source { get; } = source;

    /// <summary>The database it is moved to.</summary>
    public PgDatabase Target { get; } = target;

    /// <summary>The source as users write it.</summary>
    public string SourceUrl => Source.Url;

    /// <summary>The target as users write it.</summary>
    public string TargetUrl => Target.Url;

    /// <summary>Runs the same statements on both sides.</summary>
    public async Task ExecuteOnBothAsync(string sql)
    {
        await Source.ExecuteAsync(sql);
        await Target.ExecuteAsync(sql);
    }

    /// <summary>Names of the replication slots that exist on the source database.</summary>
    public async Task<IReadOnlyList<string>> SourceSlotsAsync()
    {
        var rows = await Source.Cluster.QueryRowsAsync("postgres",
            $"SELECT slot_name FROM pg_replication_slots WHERE database = '{Source.Name}' ORDER BY 1");
        return [.. rows.Select(r => r[0]!)];
    }

    /// <summary>
    /// Creates a role without any right of its own on both servers, as applications have. Grant it what it needs on the
    /// source; it is dropped with the databases.
    /// </summary>
    public async Task<ApplicationRole> CreateApplicationRoleAsync()
    {
        var role = new ApplicationRole($"app_{Source.Name}_{_roles.Count}", RandomNumberGenerator.GetHexString(16, lowercase: true), this);
        foreach (var side in (PgDatabase[])[Source, Target])
            await side.Cluster.ExecuteAsync("postgres", $"CREATE ROLE \"{role.Name}\" LOGIN PASSWORD '{role.Password}'");
        _roles.Add(role);
        return role;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var side in (PgDatabase[])[Source, Target])
        {
            await DropAsync(side);
            foreach (var role in _roles)
                await side.Cluster.ExecuteAsync("postgres", $"DROP ROLE \"{role.Name}\"");
        }
    }

    private static async Task DropAsync(PgDatabase database)
    {
        var admin = database.Cluster;
        var prepared = await admin.QueryRowsAsync("postgres", $"SELECT gid FROM pg_prepared_xacts WHERE database = '{database.Name}'");
        var writable = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c default_transaction_read_only=off" }.ConnectionString;
        foreach (var row in prepared)
            await PgText.ExecuteAsync(writable, $"ROLLBACK PREPARED '{row[0]!.Replace("'", "''", StringComparison.Ordinal)}'");
        var subscriptions = await admin.QueryRowsAsync("postgres",
            $"SELECT quote_ident(subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = '{database.Name}'");
        foreach (var row in subscriptions)
        {
            await PgText.ExecuteAsync(writable, $"ALTER SUBSCRIPTION {row[0]} DISABLE");
            await PgText.ExecuteAsync(writable, $"ALTER SUBSCRIPTION {row[0]} SET (slot_name = NONE)");
            await PgText.ExecuteAsync(writable, $"DROP SUBSCRIPTION {row[0]}");
        }
        var slots = await admin.QueryRowsAsync("postgres", $"SELECT slot_name FROM pg_replication_slots WHERE database = '{database.Name}'");
        foreach (var slot in slots)
            await DropSlotAsync(admin, slot[0]!);
        await admin.ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS \"{database.Name}\" WITH (FORCE)");
    }

    /// <summary>A terminated walsender needs a moment to let its slot go.</summary>
    private static async Task DropSlotAsync(PgCluster cluster, string slot)
    {
        for (var left = 50; ; left--)
        {
            await cluster.ExecuteAsync("postgres",
                $"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{slot}' AND active");
            try
            {
                await cluster.ExecuteAsync("postgres",
                    $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{slot}'");
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedObject)
            {
                System.Diagnostics.Trace.WriteLine($"slot {slot} went by itself: {e.SqlState}");
                return;
            }
        }
    }
}

/// <summary>A role as applications have it, the same on both servers.</summary>
public sealed record ApplicationRole(string Name, string Password, DatabasePair Pair)
{
    /// <summary>How the application reaches the source.</summary>
    public string SourceConnectionString => Pair.Source.Cluster.ConnectionString(Pair.Source.Name, Name, Password);

    /// <summary>How the application reaches the target.</summary>
    public string TargetConnectionString => Pair.Target.Cluster.ConnectionString(Pair.Target.Name, Name, Password);
}
