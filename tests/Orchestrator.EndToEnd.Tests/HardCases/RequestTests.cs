using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>What several people ask of one run.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RequestTests
{
    [Fact]
    public async Task Rollback_comes_before_a_cutover_that_waits_for_the_lag()
    {
        await using var scene = await MigrationScene.OpenAsync("supersede", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);");
        scene.Options = o => o with { MaxLag = TimeSpan.FromSeconds(-1) };
        await scene.StartAsync();
        await scene.UntilStateAsync(RunState.Cdc);
        var cutover = scene.TryAskAsync(RunRequest.Cutover);
        // Long enough for the run to have it as what is asked for.
        await Task.Delay(TimeSpan.FromSeconds(1));

        await scene.AskAsync(RunRequest.Rollback);

        Assert.Equal((5, "The cutover was not begun: somebody asked for a rollback."), await cutover);
        Assert.Equal(RunState.RolledBack, (await scene.EndAsync()).State);
    }
    [Fact]
    public async Task V6_rolled_back_leaves_nothing_of_relations_of_any_kind()
    {
        await using var scene = await MigrationScene.OpenAsync("leftovers", """
            CREATE SCHEMA other; CREATE TYPE other.mood AS ENUM ('a', 'b'); CREATE DOMAIN price AS numeric CHECK (VALUE >= 0); CREATE TYPE pair AS (x int, y text); CREATE SEQUENCE free;
            CREATE TABLE by_range(id int, d date NOT NULL, m other.mood, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
            CREATE TABLE by_range_1 PARTITION OF by_range FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (id);
            CREATE TABLE by_range_1_a PARTITION OF by_range_1 DEFAULT; CREATE TABLE by_range_2 PARTITION OF by_range DEFAULT;
            CREATE TABLE by_expression(id int, v text NOT NULL) PARTITION BY LIST (lower(v)); CREATE TABLE by_expression_1 PARTITION OF by_expression DEFAULT; ALTER TABLE by_expression_1 REPLICA IDENTITY FULL;
            CREATE TABLE parent(id serial PRIMARY KEY, p price, q pair); CREATE TABLE child(more text) INHERITS (parent); ALTER TABLE child ADD PRIMARY KEY (id);
            CREATE VIEW v AS SELECT * FROM by_range; CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM parent;
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION f();
            INSERT INTO by_range VALUES (1, '2020-05-05', 'a'), (2, '2022-01-01', 'b'); INSERT INTO by_expression VALUES (1, 'X'); INSERT INTO parent(p) VALUES (1);
            """);
        const string left = """
            SELECT string_agg(x, ', ' ORDER BY x) FROM (
                SELECT format('%s %s', c.relkind, c.oid::regclass) AS x FROM pg_class c WHERE c.oid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace
                UNION ALL SELECT format('schema %s', nspname) FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_'
                UNION ALL SELECT format('type %s', oid::regtype) FROM pg_type WHERE oid >= 16384
                UNION ALL SELECT format('function %s', oid::regprocedure) FROM pg_proc WHERE oid >= 16384) o
            """;
        Assert.Null(await scene.Target.QueryScalarAsync(left));
        await scene.StartAsync();
        await scene.UntilStateAsync(RunState.Cdc);
        Assert.Contains("by_range_1_a", await scene.Target.QueryScalarAsync(left), StringComparison.Ordinal);

        await scene.AskAsync(RunRequest.Rollback);

        Assert.Equal(RunState.RolledBack, (await scene.EndAsync()).State);
        Assert.Null(await scene.Target.QueryScalarAsync(left));
    }
}
