using Orchestrator.Core.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class KeyCheckTests(AssessmentServers servers)
{
    [Fact]
    public async Task K2_table_without_key_is_refused_unless_changes_are_not_followed()
    {
        var pair = await servers.PairAsync("CREATE TABLE audit(note text)");
        var report = await pair.AssessAsync();
        var finding = report.Finding("F-KEY-002", "public.audit");
        Assert.Equal((Severity.Blocker, "cdc"), (finding.Severity, finding.Blocks));
        Assert.Contains("the application's own UPDATE fail", finding.Why, StringComparison.Ordinal);
        Assert.True(report.IsBlocked);
        Assert.StartsWith("ALTER TABLE \"public\".\"audit\" REPLICA IDENTITY FULL;", finding.Fix, StringComparison.Ordinal);

        var batch = await pair.AssessAsync(AssessedPair.Request with { FollowChanges = false });
        batch.HasNone("F-KEY-002");
        Assert.False(batch.IsBlocked);
    }

    [Fact]
    public async Task K2_unique_index_over_columns_not_null_is_the_fix_and_the_fix_works()
    {
        var pair = await servers.PairAsync("""CREATE TABLE "my ""audit"(a int NOT NULL, b int, note text); CREATE UNIQUE INDEX "by a" ON "my ""audit"(a); CREATE UNIQUE INDEX ON "my ""audit"(b)""");
        var finding = (await pair.AssessAsync()).Finding("F-KEY-002", "public.my \"audit");
        Assert.StartsWith("""ALTER TABLE "public"."my ""audit" REPLICA IDENTITY USING INDEX "by a";""", finding.Fix, StringComparison.Ordinal);
        await pair.SourceAsync(finding.Fix);
        (await pair.AssessAsync()).HasNone("F-KEY-002");
    }

    [Theory]
    [InlineData("CREATE TABLE t(id int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY NOTHING", "REPLICA IDENTITY NOTHING")]
    [InlineData("CREATE TABLE t(id int PRIMARY KEY DEFERRABLE)", "deferrable primary key")]
    [InlineData("CREATE TABLE t(a int NOT NULL, g int GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY)", "generated column")]
    [InlineData("CREATE TABLE t(a int NOT NULL); CREATE UNIQUE INDEX i ON t(a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i", "that index is gone")]
    public async Task K3_identity_that_cannot_be_followed_is_refused_with_its_reason(string sql, string reason)
    {
        var pair = await servers.PairAsync(sql);
        Assert.Contains(reason, (await pair.AssessAsync()).Finding("F-KEY-002", "public.t").Why, StringComparison.Ordinal);
    }

    /// <summary>From 18 on the server refuses the application's own UPDATE of such a table once it is published.</summary>
    [Fact]
    public async Task K3_generated_columns_in_the_identity_are_refused_where_the_server_would_refuse_writes()
    {
        var pair = await servers.PairAsync("""
            CREATE TABLE t(id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) STORED); ALTER TABLE t REPLICA IDENTITY FULL;
            CREATE TABLE fine(id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) STORED);
            """);
        var report = await pair.AssessAsync();
        if (PgBinaries.Major < 18) report.HasNone("F-KEY-004");
        else Assert.Equal("public.t", Assert.Single(report.Findings, f => f.Id == "F-KEY-004").Object);
    }

    [Fact]
    public async Task K3_full_identity_is_a_warning_without_a_key_and_a_note_with_one()
    {
        var pair = await servers.PairAsync("""
            CREATE TABLE loose(a int); ALTER TABLE loose REPLICA IDENTITY FULL;
            CREATE TABLE keyed(id int PRIMARY KEY); ALTER TABLE keyed REPLICA IDENTITY FULL;
            CREATE TABLE by_index(a int NOT NULL); CREATE UNIQUE INDEX ix ON by_index(a); ALTER TABLE by_index REPLICA IDENTITY USING INDEX ix;
            """);
        var report = await pair.AssessAsync();
        Assert.Equal(Severity.Warning, report.Finding("F-KEY-001", "public.loose").Severity);
        Assert.Equal(Severity.Note, report.Finding("F-KEY-003", "public.keyed").Severity);
        report.HasNone("F-KEY-002");
        Assert.False(report.IsBlocked);
    }
}
