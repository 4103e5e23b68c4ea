using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class PrivilegeCheckTests(AssessmentServers servers)
{
    private const string Password = "mover-password";

    [Fact]
    public async Task K7_every_missing_right_is_named_and_every_fix_works()
    {
        var mover = await RolesAsync();
        var pair = await servers.PairAsync(
            $"CREATE TABLE t(id serial PRIMARY KEY); ALTER TABLE t OWNER TO {mover}_owner; CREATE EXTENSION dblink; CREATE SCHEMA orchestrator",
            "CREATE TABLE t(id serial PRIMARY KEY); CREATE SCHEMA orchestrator");
        var request = AssessedPair.Request with { Roles = new TargetRoles($"{mover}_reader", "postgres") };
        var report = await pair.AssessAsync(request, user: mover, password: Password);
        (string Id, string Subject)[] onSource =
        [
            ("F-PRV-001", "schema public"), ("F-PRV-002", $"database {pair.Name}"), ("F-PRV-003", $"role {mover}_owner"), ("F-PRV-004", "schema public"),
            ("F-PRV-005", "public.t_id_seq"), ("F-PRV-006", $"role {mover}"), ("F-LOG-004", "source"), ("F-ACT-003", "source"), ("F-SRC-004", "schema orchestrator"),
        ];
        (string Id, string Subject)[] onTarget =
        [
            ("F-PRV-011", $"database {pair.Name}"), ("F-PRV-012", "schema public"), ("F-PRV-013", "target"), ("F-PRV-015", "public.t"), ("F-PRV-016", $"role {mover}_reader"),
            ("F-TGT-004", "schema orchestrator"), ("F-EXT-003", "extension dblink"),
        ];
        report.Finding("F-ENV-007", $"role {mover}");
        // What could not be looked at is a blocker where the answer matters.
        Assert.Contains("Could not be checked", report.Finding("F-TGT-007", "assessment").Why, StringComparison.Ordinal);

        foreach (var (id, subject) in onSource) await pair.SourceAsync(report.Finding(id, subject).Fix);
        foreach (var (id, subject) in onTarget) await pair.TargetAsync(report.Finding(id, subject).Fix);
        await pair.TargetAsync($"GRANT ALL ON TABLE t TO {mover}");
        var after = await pair.AssessAsync(request, user: mover, password: Password);
        foreach (var (id, _) in onSource.Concat(onTarget)) after.HasNone(id);
        Assert.False(after.IsBlocked, string.Join('\n', after.Findings));
    }

    [Fact]
    public async Task Row_level_security_that_hides_rows_from_us_is_refused_on_either_side()
    {
        var mover = await RolesAsync();
        var table = $"CREATE TABLE t(id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT ALL ON t TO {mover};";
        var pair = await servers.PairAsync(table, table);
        var report = await pair.AssessAsync(user: mover, password: Password);
        Assert.Equal(Severity.Blocker, report.Finding("F-PRV-007", "public.t").Severity);
        Assert.Equal(Severity.Blocker, report.Finding("F-PRV-014", "public.t").Severity);
        var asSuperuser = await pair.AssessAsync();
        asSuperuser.HasNone("F-PRV-007");
        asSuperuser.HasNone("F-PRV-014");
    }

    [Fact]
    public async Task Role_with_few_connections_is_told_how_many_workers_fit()
    {
        var mover = await RolesAsync();
        var pair = await servers.PairAsync("CREATE TABLE t(id int PRIMARY KEY)");
        await pair.TargetAsync($"ALTER ROLE {mover} CONNECTION LIMIT 6");
        var finding = (await pair.AssessAsync(user: mover, password: Password)).Finding("F-TGT-005", "target");
        Assert.Equal(Severity.Blocker, finding.Severity);
        Assert.StartsWith("Use --parallel-workers 2", finding.Fix, StringComparison.Ordinal);
    }

    /// <summary>Roles without any right, new on both sides: the one we are and one that owns.</summary>
    private async Task<string> RolesAsync()
    {
        var mover = "mover" + Guid.NewGuid().ToString("N")[..6];
        foreach (var server in (TestKit.PgCluster[])[servers.Source, servers.Target])
            await server.ExecuteAsync("postgres", $"CREATE ROLE {mover} LOGIN PASSWORD '{Password}'; CREATE ROLE {mover}_owner");
        return mover;
    }
}
