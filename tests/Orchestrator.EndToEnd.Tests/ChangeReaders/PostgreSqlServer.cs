using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>A PostgreSQL server of one class: nobody else writes to it, so that it is idle when the test is.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private PgCluster _cluster = null!;
    private int _count;

    public async Task InitializeAsync() => _cluster = await PgCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    internal async Task<SourceDatabase> CreateDatabaseAsync()
    {
        var database = new PgDatabase(_cluster, $"reader_{++_count}");
        await _cluster.CreateDatabaseAsync(database.Name);
        return new Database(database);
    }

    private sealed class Database(PgDatabase database) : SourceDatabase
    {
        public override string Url => database.Url;

        public override string LongText => "text";

        public override async Task<SourceSession> OpenSessionAsync()
        {
            var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync();
            return new Session(connection);
        }

        public override Task<IReadOnlyList<string?[]>> QueryAsync(string sql) => database.QueryRowsAsync(sql);

        public override async Task<IReadOnlyList<string>> LeftoversAsync() =>
        [
            .. (await database.QueryRowsAsync("SELECT 'slot ' || slot_name FROM pg_replication_slots UNION ALL SELECT 'publication ' || pubname FROM pg_publication")).Select(r => r[0]!),
        ];

        public override async ValueTask DisposeAsync()
        {
            await database.Cluster.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.Name}'");
            // A session that was ended needs a moment to let its slot go.
            for (var left = 250; left > 0 && await database.Cluster.QueryScalarAsync("postgres", "SELECT count(*) FROM pg_replication_slots WHERE active") != "0"; left--) await Task.Delay(20);
            await database.Cluster.ExecuteAsync("postgres", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
            await database.Cluster.ExecuteAsync("postgres", $"DROP DATABASE \"{database.Name}\" WITH (FORCE)");
        }
    }

    private sealed class Session(NpgsqlConnection connection) : SourceSession
    {
        public override ValueTask DisposeAsync() => connection.DisposeAsync();

        protected override async Task RunOneAsync(string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
