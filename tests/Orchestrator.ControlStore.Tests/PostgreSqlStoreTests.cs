using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Tests;

/// <summary>A store in a PostgreSQL database: its schema, its secrets, what is wrong with it.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task S2_password_is_nowhere_in_the_database()
    {
        const string Planted = "Zx9planted7Pw";
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var store = await bench.OpenAsync();
        var options = StoreBench.Options(password: Planted) with { OnSwitch = $"PGPASSWORD={Planted} psql" };
        await store.CreateAsync(options, None);

        var rows = await bench.Database.QueryRowsAsync("SELECT database_to_xml(true, true, '')::text");

        Assert.Contains("shop", rows[0][0], StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, rows[0][0], StringComparison.Ordinal);
        Assert.Equal(options.SourceUrl, (await store.OptionsAsync("shop", None)).SourceUrl);
    }

    [Fact]
    public async Task Store_of_a_newer_version_is_refused_and_left_alone()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await (await bench.OpenAsync()).DisposeAsync();
        await bench.Database.ExecuteAsync("UPDATE orchestrator_control.version SET number = 999");

        Assert.Equal("E-RUN-003", (await Assert.ThrowsAsync<OrchestratorException>(bench.OpenAsync)).Code);
        Assert.Equal("999", await bench.ScalarAsync("SELECT number FROM version"));
    }

    [Fact]
    public async Task Schema_of_somebody_else_is_refused()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await bench.Database.ExecuteAsync("CREATE SCHEMA orchestrator_control CREATE TABLE theirs (a int)");

        Assert.Equal("E-RUN-005", (await Assert.ThrowsAsync<OrchestratorException>(bench.OpenAsync)).Code);
        Assert.Equal("1", await bench.Database.QueryScalarAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'orchestrator_control'"));
    }

    [Fact]
    public async Task Looking_for_a_store_creates_none()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();

        Assert.False(await RunStore.ExistsAsync(bench.Location, TimeProvider.System, None));
        Assert.Equal("0", await bench.Database.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator_control'"));
        await (await bench.OpenAsync()).DisposeAsync();
        Assert.True(await RunStore.ExistsAsync(bench.Location, TimeProvider.System, None));
    }

    [Fact]
    public async Task Account_that_may_not_create_anything_uses_a_store_that_is_there()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        var role = $"{bench.Database.Name}_role";
        await bench.Database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'x'");
        try
        {
            var poor = bench.Location with { Database = bench.Database.ConnectionString + $";Username={role};Password=x" };
            var refused = await Assert.ThrowsAsync<OrchestratorException>(() => RunStore.OpenAsync(poor, TimeProvider.System, None));
            Assert.Equal(("E-RUN-012", ErrorKind.Configuration), (refused.Code, refused.Kind));
            await (await bench.OpenAsync()).DisposeAsync();
            await bench.Database.ExecuteAsync($"GRANT USAGE ON SCHEMA orchestrator_control TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA orchestrator_control TO {role}");

            await using var store = await RunStore.OpenAsync(poor, TimeProvider.System, None);

            Assert.Equal("shop", (await store.CreateAsync(StoreBench.Options(), None)).Name);
        }
        finally
        {
            await bench.Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Opening_by_many_at_once_creates_one_store()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await Parallel.ForAsync(0, 8, async (i, ct) =>
        {
            await using var store = await bench.OpenAsync();
            await store.CreateAsync(StoreBench.Options($"run{i}", $"secret-{i}"), ct);
        });

        await using var all = await bench.OpenAsync();
        Assert.Equal(8, (await all.ListAsync(None)).Count);
    }

    [Fact]
    public async Task Another_machine_needs_the_key_to_drive_and_not_to_look()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var here = await bench.OpenAsync();
        await here.CreateAsync(StoreBench.Options(), None);
        var elsewhere = bench.Location with { StateDirectory = bench.Path + "-elsewhere" };
        await using var there = await RunStore.OpenAsync(elsewhere, TimeProvider.System, None);

        Assert.Equal("shop", (await there.FindAsync("shop", None))!.Name);
        Assert.Equal("E-RUN-006", (await Assert.ThrowsAsync<OrchestratorException>(() => there.OptionsAsync("shop", None))).Code);
        File.Copy(Path.Combine(bench.Path, "key"), Path.Combine(elsewhere.StateDirectory, "key"));
        Assert.Equal(StoreBench.Options().SourceUrl, (await there.OptionsAsync("shop", None)).SourceUrl);
    }
}
