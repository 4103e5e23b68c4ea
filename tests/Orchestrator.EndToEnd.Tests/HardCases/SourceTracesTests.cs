using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>What a run leaves on the source, by the word of <c>pg_dump</c> and the server's own lists.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SourceTracesTests
{
    private const string Shop = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.item(id serial PRIMARY KEY, name text UNIQUE);
        CREATE TABLE shop.part(id int, item int REFERENCES shop.item, PRIMARY KEY (id, item)) PARTITION BY RANGE (id);
        CREATE TABLE shop.part_1 PARTITION OF shop.part FOR VALUES FROM (0) TO (100);
        CREATE FUNCTION shop.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER noted BEFORE INSERT ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.noted();
        INSERT INTO shop.item(name) SELECT 'item ' || i FROM generate_series(1, 50) i;
        INSERT INTO shop.part SELECT i, i FROM generate_series(1, 50) i;
        """;

    [Fact]
    public async Task S10_a_rollback_leaves_the_source_as_it_was()
    {
        await using var scene = await MigrationScene.OpenAsync("traces", Shop);
        var before = await TracesAsync(scene.Source);
        await scene.FollowAsync();
        var added = (await TracesAsync(scene.Source)).Except(before).Where(l => l.Length > 0 && !l.StartsWith("--", StringComparison.Ordinal)).ToList();
        // What is needed to follow changes, and nothing else: one publication that lists the tables, one slot.
        Assert.Contains(added, l => l.StartsWith("CREATE PUBLICATION orchestrator_", StringComparison.Ordinal));
        Assert.Contains(added, l => l.StartsWith("slot orchestrator_", StringComparison.Ordinal));
        Assert.All(added, l => Assert.Matches("^(CREATE|ALTER|COMMENT ON) PUBLICATION orchestrator_|^slot orchestrator_", l));

        await scene.AskAsync(RunRequest.Rollback);
        await scene.EndAsync();

        Assert.Equal(before, await TracesAsync(scene.Source));
    }

    [Fact]
    public async Task S10_after_the_switch_only_the_fence_is_left_on_the_source()
    {
        await using var scene = await MigrationScene.OpenAsync("traces", Shop);
        var before = await TracesAsync(scene.Source);
        await scene.FollowAsync();

        await scene.FinishAsync();

        await scene.Source.ExecuteAsync("DROP SCHEMA orchestrator CASCADE");
        Assert.Equal(before, await TracesAsync(scene.Source));
    }

    /// <summary>Structure, rows and rights of the database; slots; roles and settings of the server that name us.</summary>
    private static async Task<string[]> TracesAsync(PgDatabase source)
    {
        var dump = await ProgramRun.RunAsync(source.Cluster.ClientInfo("pg_dump", source.Name, "--no-sync"));
        Assert.Equal(0, dump.ExitCode);
        var server = await source.QueryRowsAsync($"""
            SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = '{source.Name}'
            UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'orchestrator%'
            UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '{source.Name}')
            UNION ALL SELECT 'prepared ' || gid FROM pg_prepared_xacts WHERE database = '{source.Name}'
            UNION ALL SELECT 'large object ' || oid FROM pg_largeobject_metadata
            ORDER BY 1
            """);
        // Newer versions write a random word around their output.
        return [.. dump.Output.Split('\n').Where(l => !l.StartsWith("\\restrict", StringComparison.Ordinal) && !l.StartsWith("\\unrestrict", StringComparison.Ordinal)), .. server.Select(r => r[0] ?? "")];
    }
}
