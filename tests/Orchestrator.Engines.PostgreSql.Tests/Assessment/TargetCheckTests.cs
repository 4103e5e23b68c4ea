using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class TargetCheckTests(AssessmentServers servers)
{
    private const string Table = "CREATE TABLE orders(id int PRIMARY KEY, total numeric(10,2), note varchar(20));";

    [Fact]
    public async Task K7_target_with_rows_is_refused_and_holds_them_only_for_changes_only()
    {
        var pair = await servers.PairAsync(Table, Table + "INSERT INTO orders VALUES (1)");
        var finding = (await pair.AssessAsync()).Finding("F-TGT-007", "public.orders");
        Assert.Equal((Severity.Blocker, "Target table public.orders already has rows. Nothing was written."), (finding.Severity, finding.Why));
        (await pair.AssessAsync()).HasNone("F-TGT-010");
        (await pair.AssessAsync(AssessedPair.Request with { TargetHoldsRows = true })).HasNone("F-TGT-007");
        await pair.TargetAsync(finding.Fix);
        Assert.False((await pair.AssessAsync()).IsBlocked);
    }

    [Fact]
    public async Task Changes_only_needs_the_tables_to_be_there()
    {
        var pair = await servers.PairAsync(Table);
        var report = await pair.AssessAsync(AssessedPair.Request with { TargetHoldsRows = true });
        Assert.Equal(Severity.Blocker, report.Finding("F-TGT-011", "public.orders").Severity);
    }

    [Theory]
    [InlineData("CREATE TABLE orders(id int PRIMARY KEY, total numeric(10,2))", "(id, total) there")]
    [InlineData("CREATE TABLE orders(id int PRIMARY KEY, note varchar(20), total numeric(10,2))", "column 2 is note there")]
    [InlineData("CREATE TABLE orders(id int PRIMARY KEY, total numeric(12,2), note varchar(20))", "total is numeric(12,2) there, numeric(10,2) on the source")]
    [InlineData("CREATE TABLE orders(id int PRIMARY KEY, total numeric(10,2), note varchar(20) NOT NULL)", "note is NOT NULL there")]
    [InlineData("CREATE TABLE orders(id int PRIMARY KEY, total numeric(10,2), note varchar(20) GENERATED ALWAYS AS ('x') STORED)", "note is generated there")]
    public async Task K7_table_with_other_columns_is_refused(string targetSql, string difference)
    {
        var pair = await servers.PairAsync(Table, targetSql);
        var finding = (await pair.AssessAsync()).Finding("F-TGT-008", "public.orders");
        Assert.Equal(Severity.Blocker, finding.Severity);
        Assert.Contains(difference, finding.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K7_name_taken_by_something_else_is_refused()
    {
        var pair = await servers.PairAsync(Table, "CREATE VIEW orders AS SELECT 1 AS id");
        var finding = (await pair.AssessAsync()).Finding("F-TGT-009", "public.orders");
        Assert.Equal("is a table on the source and a view on the target.", finding.Why);
    }

    [Fact]
    public async Task K7_target_with_some_of_the_tables_is_refused()
    {
        var pair = await servers.PairAsync(Table + "CREATE TABLE lines(id int PRIMARY KEY)", Table);
        var finding = (await pair.AssessAsync()).Finding("F-TGT-012", "1 of 2 tables");
        Assert.Contains("public.lines", finding.Why, StringComparison.Ordinal);
        await pair.TargetAsync(finding.Fix);
        Assert.False((await pair.AssessAsync()).IsBlocked);
    }

    [Fact]
    public async Task K7_views_types_sequences_and_functions_in_the_way_are_refused_together()
    {
        const string objects = """
            CREATE VIEW v AS SELECT 1 AS one; CREATE TYPE mood AS ENUM ('ok'); CREATE SEQUENCE s;
            CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
            """;
        var pair = await servers.PairAsync(Table + objects, objects + "CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT a'; CREATE EXTENSION citext");
        var report = await pair.AssessAsync();
        Assert.Equal(
            ["function public.f(a integer)", "sequence public.s", "type public.mood", "view public.v"],
            report.Findings.Where(f => f.Id == "F-TGT-013" && f.Severity == Severity.Blocker).Select(f => f.Object).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Empty_compatible_table_is_adopted()
    {
        var pair = await servers.PairAsync(Table, Table);
        var report = await pair.AssessAsync();
        Assert.Equal(Severity.Note, report.Finding("F-TGT-010", "public.orders").Severity);
        Assert.False(report.IsBlocked);
    }

    [Fact]
    public async Task V3_sequence_missing_on_a_target_that_is_adopted_is_refused()
    {
        var pair = await servers.PairAsync(Table + "CREATE SEQUENCE order_no", Table);
        var finding = (await pair.AssessAsync()).Finding("F-SEQ-004", "public.order_no");
        Assert.Equal(Severity.Blocker, finding.Severity);
        await pair.TargetAsync(finding.Fix);
        Assert.False((await pair.AssessAsync()).IsBlocked);
    }

    [Fact]
    public async Task Target_that_refuses_application_writes_is_a_warning_and_ours_go_on()
    {
        var pair = await servers.PairAsync(Table);
        await pair.TargetAsync($"ALTER DATABASE {pair.Name} SET default_transaction_read_only = on");
        var report = await pair.AssessAsync();
        Assert.Equal((Severity.Warning, "cutover"), (report.Finding("F-TGT-003", "target").Severity, report.Finding("F-TGT-003", "target").Blocks));
        Assert.False(report.IsBlocked);
    }
}
