using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class EnvironmentCheckTests(AssessmentServers servers)
{
    [Fact]
    public async Task PP9_extension_missing_on_the_target_is_refused_and_another_version_is_a_warning()
    {
        // Both servers share their files: the source's catalog says what another server would have.
        var pair = await servers.PairAsync("""
            CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
            UPDATE pg_extension SET extname = 'hstore_of_old' WHERE extname = 'hstore';
            UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'citext';
            """);
        var report = await pair.AssessAsync();
        Assert.Equal((Severity.Blocker, "schema"), (report.Finding("F-EXT-001", "extension hstore_of_old").Severity, report.Finding("F-EXT-001", "extension hstore_of_old").Blocks));
        Assert.Contains("0.9", report.Finding("F-EXT-002", "extension citext").Why, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Findings, f => f.Object == "extension ltree");
    }

    [Theory]
    [InlineData("UTF8", "LATIN1", Severity.Blocker)]
    [InlineData("SQL_ASCII", "UTF8", Severity.Warning)]
    [InlineData("UTF8", "SQL_ASCII", Severity.Warning)]
    [InlineData("LATIN1", "UTF8", Severity.Note)]
    public async Task PP14_encodings_that_differ_are_judged(string source, string target, Severity severity)
    {
        var pair = await servers.PairAsync("CREATE TABLE t(id int PRIMARY KEY)", "", source, target);
        var report = await pair.AssessAsync();
        Assert.Equal(severity, Assert.Single(report.Findings, f => f.Id == "F-ENC-001").Severity);
        Assert.Equal(severity == Severity.Blocker, report.IsBlocked);
    }

    [Fact]
    public async Task PP14_source_of_the_same_encoding_is_silent() =>
        (await (await servers.PairAsync("", "", "SQL_ASCII", "SQL_ASCII")).AssessAsync()).HasNone("F-ENC-001");

    [Fact]
    public async Task Collations_that_differ_or_are_missing_or_changed_are_named()
    {
        var pair = await servers.PairAsync("""
            SET allow_system_table_mods = on; CREATE COLLATION pg_catalog.xx_special FROM "C";
            CREATE TABLE t(id int PRIMARY KEY, a text COLLATE pg_catalog.xx_special);
            """);
        await servers.Target.ExecuteAsync("postgres", $"""
            DROP DATABASE {pair.Name};
            """);
        await servers.Target.ExecuteAsync("postgres", $"CREATE DATABASE {pair.Name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'");
        await servers.Target.ExecuteAsync("postgres", $"UPDATE pg_database SET datcollversion = '1.0' WHERE datname = '{pair.Name}'");
        var report = await pair.AssessAsync();
        Assert.Contains("(ICU)", report.Finding("F-ENC-002", "target").Why, StringComparison.Ordinal);
        Assert.Contains("1.0", report.Finding("F-ENC-004", "target").Why, StringComparison.Ordinal);
        Assert.Equal(Severity.Blocker, report.Finding("F-ENC-005", "collation xx_special").Severity);
    }

    [Fact]
    public async Task Roles_tablespaces_time_zone_and_money_that_the_target_lacks_are_named()
    {
        var pair = await servers.PairAsync("""
            DROP ROLE IF EXISTS "only here"; CREATE ROLE "only here"; CREATE TABLE t(id int PRIMARY KEY, price money); GRANT SELECT ON t TO "only here";
            """);
        await servers.Source.PsqlAsync(pair.Name, "SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE fast LOCATION '';\nCREATE TABLE f(id int PRIMARY KEY) TABLESPACE fast;\n");
        await pair.TargetAsync($"ALTER DATABASE {pair.Name} SET timezone = 'Asia/Kathmandu'");
        var report = await pair.AssessAsync();
        Assert.Equal(Severity.Warning, report.Finding("F-ENV-004", "role only here").Severity);
        Assert.Equal(Severity.Warning, report.Finding("F-ENV-003", "tablespace fast").Severity);
        Assert.Contains("Asia/Kathmandu", report.Finding("F-ENV-005", "target").Why, StringComparison.Ordinal);
        Assert.Equal(Severity.Note, report.Finding("F-ENC-006", "public.t.price").Severity);
        report.Finding("F-ENV-006", "target");
        Assert.False(report.IsBlocked, string.Join('\n', report.Findings));
    }
}
