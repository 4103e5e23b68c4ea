using Microsoft.Data.Sqlite;
using Orchestrator.Core.Runs;
using Orchestrator.SqliteNative;
using Orchestrator.TestKit;

namespace Orchestrator.ControlStore.Tests;

/// <summary>Stores as programs of earlier store versions left them (<c>Stores/</c>), opened by this one.</summary>
public sealed class UpgradeTests
{
    private const string Planted = "Zx9planted7Pw";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("sqlite-001")]
    [InlineData("sqlite-002")]
    public async Task Store_of_an_earlier_version_in_a_file_is_taken_over(string left)
    {
        await using var old = new SqliteBench();
        SqliteLibrary.Use();
        await LayAsync(old, left, async script =>
        {
            await using var connection = new SqliteConnection($"Data Source={old.Database};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync();
        });

        await RequireTakenOverAsync(old);

        await using var fresh = new SqliteBench();
        await (await fresh.OpenAsync()).DisposeAsync();
        const string Shape =
            "SELECT group_concat(shape, char(10)) FROM (SELECT m.type || ' ' || m.name || ' ' || coalesce(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk, '') AS shape FROM sqlite_master m LEFT JOIN pragma_table_xinfo(m.name) c ORDER BY 1)";
        Assert.Equal(await fresh.ScalarAsync(Shape), await old.ScalarAsync(Shape));
        Assert.Equal(await fresh.ScalarAsync("PRAGMA user_version"), await old.ScalarAsync("PRAGMA user_version"));
    }

    [Theory]
    [InlineData("postgresql-001")]
    [Trait("Needs", "PostgreSql")]
    public async Task Store_of_an_earlier_version_in_a_database_is_taken_over(string left)
    {
        await using var old = await PostgreSqlBench.CreateAsync();
        await LayAsync(old, left, script => old.Database.PsqlAsync(script));

        await RequireTakenOverAsync(old);

        await using var fresh = await PostgreSqlBench.CreateAsync();
        await (await fresh.OpenAsync()).DisposeAsync();
        const string Shape = """
            SELECT string_agg(shape, chr(10) ORDER BY shape) FROM (
                SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS shape FROM information_schema.columns WHERE table_schema = 'orchestrator_control'
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'orchestrator_control'
                UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'orchestrator_control'::regnamespace) s
            """;
        Assert.Equal(await fresh.ScalarAsync(Shape), await old.ScalarAsync(Shape));
        Assert.Equal(await fresh.ScalarAsync("SELECT number FROM version"), await old.ScalarAsync("SELECT number FROM version"));
    }

    /// <summary>Everything that was kept is there, its secrets open with the key of then, and the run can be gone on with.</summary>
    private static async Task RequireTakenOverAsync(StoreBench bench)
    {
        await using var store = await bench.OpenAsync();
        Assert.Equal([("copied", RunState.Complete), ("shop", RunState.Cdc)], (await store.ListAsync(None)).Select(r => (r.Name, r.State)).OrderBy(r => r.Name, StringComparer.Ordinal));
        var options = await store.OptionsAsync("shop", None);
        Assert.Contains($":{Planted}@", options.SourceUrl, StringComparison.Ordinal);
        Assert.Equal($"PGPASSWORD={Planted} true", options.OnSwitch);
        Assert.Equal((MigrationStrategy.FullLoadCdc, true), (options.Strategy, options.Validate));
        Assert.Equal(MigrationStrategy.ParallelBatch, (await store.OptionsAsync("copied", None)).Strategy);
        Assert.Contains(await store.JournalAsync("shop", None), e => e is { Kind: "transition", Subject: "Cdc" });
        Assert.Contains("shop", await store.ReadDocumentAsync("shop", "plan", None), StringComparison.Ordinal);

        var run = await store.FindAsync("shop", None);
        var asked = await store.AskAsync("shop", RunRequest.Validate, None);
        await using var lease = await store.AcquireAsync("shop", None);
        Assert.Equal(asked.Id, (await store.NextRequestAsync("shop", None))!.Id);
        Assert.Equal(RunState.Validation, (await store.TransitionAsync(run!, lease!.Token, RunState.Validation, null, null, "asked for", None)).State);
    }

    private static async Task LayAsync(StoreBench bench, string left, Func<string, Task> run)
    {
        var script = await File.ReadAllTextAsync(System.IO.Path.Combine(RepositoryRoot.Path, "tests", "Orchestrator.ControlStore.Tests", "Stores", left + ".sql"));
        var key = script.Split('\n').Single(l => l.StartsWith("-- key ", StringComparison.Ordinal))["-- key ".Length..];
        Directory.CreateDirectory(bench.Path);
        await File.WriteAllBytesAsync(System.IO.Path.Combine(bench.Path, "key"), Convert.FromHexString(key.Trim()));
        await run(script);
    }
}
