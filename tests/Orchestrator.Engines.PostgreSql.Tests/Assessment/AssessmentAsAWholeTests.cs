using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Assessment;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class AssessmentAsAWholeTests(AssessmentServers servers)
{
    private const string Plain = """
        CREATE TABLE orders(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric(10,2));
        INSERT INTO orders(total) SELECT i FROM generate_series(1, 1000) i;
        CREATE TABLE parts(id int PRIMARY KEY, at date) PARTITION BY RANGE (id);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
        CREATE MATERIALIZED VIEW summary AS SELECT count(*) FROM orders;
        ANALYZE;
        """;

    [Fact]
    public async Task Ordinary_database_passes_and_every_check_could_look()
    {
        var pair = await servers.PairAsync(Plain);
        var report = await pair.AssessAsync();
        Assert.False(report.IsBlocked, string.Join('\n', report.Findings));
        Assert.DoesNotContain(report.Findings, f => f.Why.Contains("Could not be checked", StringComparison.Ordinal));
        Assert.True(report.ChecksRun.Count >= 30);
        Assert.Equal(PgChecks.All.Count, report.ChecksRun.Count);
        Assert.Equal(2, report.Measures.Tables);
        Assert.True(report.Measures.LoadSeconds > 0 && report.Measures.PauseSeconds > 0);
    }

    [Fact]
    public async Task Assessment_changes_nothing_on_either_side()
    {
        const string state = """
            SELECT (SELECT string_agg(format('%s.%s %s %s %s', relnamespace, relname, relkind, relfilenode, relacl), ',' ORDER BY oid) FROM pg_class)
                || (SELECT count(*) FROM pg_namespace) || (SELECT count(*) FROM pg_publication) || (SELECT count(*) FROM pg_replication_slots)
                || (SELECT count(*) FROM pg_proc) || (SELECT count(*) FROM pg_trigger) || (SELECT coalesce(sum(last_value), 0) FROM pg_sequences)
                || (SELECT string_agg(rolname || rolreplication, ',' ORDER BY oid) FROM pg_roles)
            """;
        const string nextXid = "SELECT pg_snapshot_xmax(pg_current_snapshot())";
        var pair = await servers.PairAsync(Plain, "CREATE TABLE orders(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric(10,2))");
        var before = await BothAsync(state);
        var xidBefore = await BothAsync(nextXid);
        await pair.AssessAsync();
        Assert.Equal(before, await BothAsync(state));
        Assert.Equal(xidBefore, await BothAsync(nextXid));

        async Task<string[]> BothAsync(string sql) =>
            [(await servers.Source.QueryScalarAsync(pair.Name, sql))!, (await servers.Target.QueryScalarAsync(pair.Name, sql))!];
    }

    [Fact]
    public async Task Source_given_as_target_is_refused()
    {
        var pair = await servers.PairAsync(Plain);
        var url = servers.Source.Url(pair.Name);
        var report = await new PgAssessor(url, url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), TimeProvider.System)
            .AssessAsync(AssessedPair.Request, CancellationToken.None);
        Assert.Equal(Severity.Blocker, report.Finding("F-SRC-002", "target").Severity);
    }

    [Fact]
    public async Task Wrong_password_is_refused_and_never_shown()
    {
        const string secret = "s3cret-Pa55-zebra";
        var pair = await servers.PairAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => pair.AssessAsync(password: secret));
        Assert.Equal((ErrorKind.Configuration, "E-CONN-012"), (error.Kind, error.Code));
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_database_and_closed_port_are_named()
    {
        var pair = await servers.PairAsync();
        var missing = await Assert.ThrowsAsync<OrchestratorException>(() => (pair with { Name = "nosuchdb" }).AssessAsync());
        Assert.Equal("E-CONN-013", missing.Code);
        var closed = await Assert.ThrowsAsync<OrchestratorException>(() =>
            new PgAssessor("postgresql://postgres:x@127.0.0.1:1/x", servers.Target.Url(pair.Name), TimeProvider.System)
                .AssessAsync(AssessedPair.Request, CancellationToken.None));
        Assert.Equal("E-CONN-002", closed.Code);
    }

    [Fact]
    public async Task Pattern_that_matches_no_table_is_named()
    {
        var pair = await servers.PairAsync(Plain);
        var error = await Assert.ThrowsAsync<OrchestratorException>(() =>
            pair.AssessAsync(AssessedPair.Request with { Selection = new TableSelection(["ordres"], []) }));
        Assert.Equal("E-CFG-010", error.Code);
        Assert.Contains("ordres", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_rate_is_measured()
    {
        var pair = await servers.PairAsync(Plain);
        var assessment = pair.AssessAsync(AssessedPair.Request with { Sample = TimeSpan.FromSeconds(1) });
        while (!assessment.IsCompleted) await pair.SourceAsync("INSERT INTO orders(total) SELECT i FROM generate_series(1, 5000) i");
        Assert.True((await assessment).Measures.LogBytesPerSecond > 100_000);
    }
}
