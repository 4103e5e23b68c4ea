using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

[Trait("Needs", "PostgreSql")]
public sealed class RoleGranterTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TableRef[] Moved = [new("Shop", "Item\"s"), new("public", "t")];

    private const string Tables = """
        CREATE SCHEMA "Shop";
        CREATE TABLE "Shop"."Item""s"(id serial PRIMARY KEY);
        CREATE VIEW "Shop".all_items AS SELECT * FROM "Shop"."Item""s";
        CREATE TABLE public.t(id int);
        """;

    /// <summary>What a role can do, asked of the server: schema, then read and write of a table, of a view, of a sequence, of a table made later.</summary>
    private const string Can = """
        SELECT concat_ws(' ', has_schema_privilege($$ROLE$$, 'Shop', 'USAGE'), has_schema_privilege($$ROLE$$, 'Shop', 'CREATE'),
            has_table_privilege($$ROLE$$, '"Shop"."Item""s"', 'SELECT'), has_table_privilege($$ROLE$$, '"Shop"."Item""s"', 'INSERT'),
            has_table_privilege($$ROLE$$, '"Shop".all_items', 'SELECT'), has_sequence_privilege($$ROLE$$, '"Shop"."Item""s_id_seq"', 'USAGE'),
            has_table_privilege($$ROLE$$, '"Shop".later', 'SELECT'), has_table_privilege($$ROLE$$, '"Shop".later', 'DELETE'))
        """;

    [Fact]
    public async Task S1_roles_are_created_under_whatever_name_and_can_do_what_they_are_for_and_no_more()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("roles");
        await pair.Target.PsqlAsync(Tables);
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        var roles = new TargetRoles($"{pair.Target.Name} \"reader\"; DROP TABLE t; --", $"{pair.Target.Name}_Admin");
        var granter = new PgRoleGranter(session);

        await granter.GrantAsync(roles, Moved, None);
        await granter.GrantAsync(roles, Moved, None);

        await pair.Target.ExecuteAsync("CREATE TABLE \"Shop\".later(id int)");
        Assert.Equal("t f t f t f t f", await CanAsync(pair, roles.ReadOnly!));
        Assert.Equal("t t t t t t t t", await CanAsync(pair, roles.Admin!));
        Assert.Equal("f f", await pair.Target.QueryScalarAsync($"SELECT string_agg(rolcanlogin::text::char(1), ' ') FROM pg_roles WHERE rolname LIKE '{pair.Target.Name}%'"));
    }

    [Fact]
    public async Task K7_account_that_may_not_grant_changes_nothing_and_says_so()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("roles");
        await pair.Target.PsqlAsync(Tables);
        var weak = $"{pair.Target.Name}_weak";
        await pair.Target.ExecuteAsync($"CREATE ROLE {weak} LOGIN PASSWORD 'x'; CREATE ROLE {weak}_reader; CREATE ROLE {weak}_boss CREATEROLE LOGIN PASSWORD 'x'");
        foreach (var (user, role) in new[] { (weak, $"{weak}_new"), (weak, $"{weak}_reader"), ($"{weak}_boss", $"{weak}_other") })
        {
            await using var session = new PgSession(pair.Target.Cluster.ConnectionString(pair.Target.Name, user, "x"), "test");
            var e = await Assert.ThrowsAsync<OrchestratorException>(() => new PgRoleGranter(session).GrantAsync(new TargetRoles(role), Moved, None));
            Assert.Equal("E-ROLE-001", e.Code);
        }

        Assert.Equal("0", await pair.Target.QueryScalarAsync($"SELECT count(*) FROM pg_roles WHERE rolname IN ('{weak}_new', '{weak}_other')"));
        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_default_acl"));
    }

    private static Task<string?> CanAsync(DatabasePair pair, string role) =>
        pair.Target.QueryScalarAsync(Can.Replace("$$ROLE$$", PgName.Literal(role), StringComparison.Ordinal));
}
