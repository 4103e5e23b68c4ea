using Npgsql;

namespace Orchestrator.TestKit.Tests;

public sealed class DatabasePairTests
{
    [Fact]
    public async Task Dispose_drops_slots_prepared_transactions_and_open_sessions()
    {
        var pair = await PgPair.CreateDatabasesAsync("leftover");
        await pair.Source.ExecuteAsync("CREATE TABLE t(a int)");
        await pair.Source.ExecuteAsync("SELECT pg_create_logical_replication_slot('leftover_slot', 'pgoutput')");
        await pair.Source.PsqlAsync("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'leftover';");
        Assert.Equal(["leftover_slot"], await pair.SourceSlotsAsync());
        await using var session = new NpgsqlConnection(pair.Source.ConnectionString);
        await session.OpenAsync();
        await pair.DisposeAsync();
        Assert.Equal("0", await pair.Source.Cluster.QueryScalarAsync("postgres",
            $"SELECT count(*) FROM pg_database WHERE datname = '{pair.Source.Name}'"));
        Assert.Empty(await pair.SourceSlotsAsync());
    }

    [Fact]
    public async Task Application_role_has_the_rights_it_is_granted_and_goes_with_the_databases()
    {
        var pair = await PgPair.CreateDatabasesAsync("role");
        var role = await pair.CreateApplicationRoleAsync();
        await pair.ExecuteOnBothAsync($"CREATE TABLE t(a int); GRANT SELECT ON t TO \"{role.Name}\"");
        Assert.Equal("0", await PgText.QueryScalarAsync(role.TargetConnectionString, "SELECT count(*) FROM t"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => PgText.ExecuteAsync(role.SourceConnectionString, "INSERT INTO t VALUES (1)"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        await pair.DisposeAsync();
        Assert.Equal("0", await pair.Source.Cluster.QueryScalarAsync("postgres", $"SELECT count(*) FROM pg_roles WHERE rolname = '{role.Name}'"));
    }
}
