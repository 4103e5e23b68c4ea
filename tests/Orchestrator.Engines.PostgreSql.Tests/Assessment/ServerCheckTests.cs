using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class ServerCheckTests(AssessmentServers servers)
{
    [Fact]
    public async Task K7_source_that_cannot_be_followed_is_refused_with_every_reason_at_once()
    {
        await using var small = await PgCluster.StartAsync(new PgClusterOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["wal_level"] = "replica", ["max_replication_slots"] = "1", ["max_wal_senders"] = "1", ["wal_sender_timeout"] = "5s",
                ["max_connections"] = "9", ["max_locks_per_transaction"] = "10", ["logical_decoding_work_mem"] = "1MB",
                ["statement_timeout"] = "300s", ["synchronous_standby_names"] = "nobody", ["synchronous_commit"] = "local",
            },
        });
        await small.ExecuteAsync("postgres", "DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE format('CREATE TABLE t%s(id int PRIMARY KEY)', i); END LOOP; END $$");
        var pair = await servers.PairAsync();
        var report = await AssessAsync(small.Url("postgres"), servers.Target.Url(pair.Name));
        foreach (var id in (string[])["F-LOG-001", "F-LOG-002", "F-LOG-003", "F-SRC-005"])
            Assert.Equal(Severity.Blocker, report.Finding(id, "source").Severity);
        foreach (var id in (string[])["F-LOG-005", "F-LOG-006", "F-SRC-007"])
            Assert.Equal(Severity.Warning, report.Finding(id, "source").Severity);
        Assert.Contains("statement_timeout is 5min", report.Finding("F-SRC-006", "source").Why, StringComparison.Ordinal);
        report.Finding("F-LOG-009", "source");

        await small.ExecuteAsync("postgres", "CREATE DATABASE synced");
        await small.ExecuteAsync("postgres", "ALTER DATABASE synced SET synchronous_commit = on");
        var asTarget = await AssessAsync(servers.Source.Url(pair.Name), small.Url("synced"));
        asTarget.Finding("F-TGT-005", "target");
        asTarget.Finding("F-TGT-006", "target");
    }

    [Fact]
    public async Task Standby_is_refused_on_either_side()
    {
        await using var server = await PgCluster.StartAsync();
        await server.CreateDatabaseAsync("other");
        await server.StopAsync();
        await File.WriteAllTextAsync(server.DataDirectory + "/standby.signal", "");
        await server.StartAgainAsync();
        var report = await AssessAsync(server.Url("postgres"), server.Url("other"));
        Assert.Equal(Severity.Blocker, report.Finding("F-SRC-003", "source").Severity);
        Assert.Equal(Severity.Blocker, report.Finding("F-TGT-002", "target").Severity);
        report.HasNone("F-SRC-002");
        Assert.Contains("could not be measured", report.Measures.Basis, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V1_long_and_prepared_transactions_and_temporary_tables_are_named()
    {
        var pair = await servers.PairAsync("CREATE TABLE t(id int PRIMARY KEY)");
        await using var open = new Npgsql.NpgsqlConnection(servers.Source.ConnectionString(pair.Name));
        await open.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("CREATE TEMP TABLE mine(a int)", open);
        await command.ExecuteNonQueryAsync();
        command.CommandText = "BEGIN; INSERT INTO t VALUES (1)";
        await command.ExecuteNonQueryAsync();
        await pair.SourceAsync("BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'left ''over'");
        try
        {
            var report = await pair.AssessAsync(longTransaction: TimeSpan.Zero);
            Assert.Equal(Severity.Warning, report.Finding("F-ACT-001", $"session {open.ProcessID}").Severity);
            Assert.Equal("cutover", report.Finding("F-ACT-002", "prepared transaction left 'over").Blocks);
            report.Finding("F-ACT-005", "1 temporary table");
            (await pair.AssessAsync()).HasNone("F-ACT-001");
        }
        finally
        {
            await pair.SourceAsync("ROLLBACK PREPARED 'left ''over'");
        }
    }

    [Fact]
    public async Task C16_slot_that_nobody_reads_and_publications_are_named()
    {
        var pair = await servers.PairAsync("CREATE TABLE t(id int PRIMARY KEY); CREATE PUBLICATION everything FOR ALL TABLES");
        await pair.SourceAsync("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')");
        var report = await pair.AssessAsync();
        var finding = report.Finding("F-LOG-007", "slot forgotten");
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("for all tables", report.Finding("F-LOG-008", "everything").Why, StringComparison.Ordinal);
        await pair.SourceAsync(finding.Fix);
        (await pair.AssessAsync()).HasNone("F-LOG-007");
    }

    [Fact]
    public async Task Source_that_writes_faster_than_can_be_applied_is_a_warning()
    {
        var pair = await servers.PairAsync("CREATE TABLE t(id int PRIMARY KEY)");
        var assessment = pair.AssessAsync(AssessedPair.Request with { Sample = TimeSpan.FromSeconds(1) });
        while (!assessment.IsCompleted)
            await pair.SourceAsync("SELECT pg_logical_emit_message(false, 'noise', repeat('x', 30000000))");
        (await assessment).Finding("F-CDC-001", "source");
    }

    [Theory]
    [InlineData(130_018, 150_000, "F-SRC-001")]
    [InlineData(110_022, 150_000, "F-SRC-001")]
    [InlineData(150_000, 140_001, "F-TGT-001")]
    public void Version_that_is_too_old_is_refused(int source, int target, string id) =>
        Assert.Equal((id, Severity.Blocker), Assert.Single(PgVersions.Unsupported(source, target).Select(f => (f.Id, f.Severity))));

    [Theory]
    [InlineData("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15)]
    [InlineData("pg_dump (PostgreSQL) 17beta1", 17)]
    [InlineData("bash: pg_dump: not found", null)]
    public void Version_of_a_client_program_is_read(string text, int? major) => Assert.Equal(major, PgClientPrograms.Major(text));

    private static Task<AssessmentReport> AssessAsync(string source, string target) =>
        new PgAssessor(source, target, TimeProvider.System).AssessAsync(AssessedPair.Request, CancellationToken.None);
}
