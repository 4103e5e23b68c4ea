using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Assessment;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

/// <summary>The target of a source that is no PostgreSQL.</summary>
[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class TargetAssessorTests(AssessmentServers servers)
{
    private const string Orders = "CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('ok'); CREATE TABLE shop.orders (id bigint, mood shop.mood);";

    private static readonly SourceInventory Planned = new()
    {
        DatabaseIdentity = "other",
        ServerVersion = "Another 1.0",
        Tables = [Table("orders", new ColumnSchema("id", 1, "bigint", "bigint", 0, -1, true, ColumnKind.Plain), new ColumnSchema("mood", 2, "\"shop\".\"mood\"", "\"shop\".\"mood\"", 0, -1, false, ColumnKind.Plain))],
        Sequences = [new TableRef("shop", "orders_id_seq")],
    };

    [Fact]
    public async Task Empty_target_passes_with_every_check_that_needs_no_source()
    {
        var pair = await servers.PairAsync();
        var side = await AssessAsync(pair, Planned);
        Assert.Equal(
            [
                "F-TGT-001", "F-TGT-002", "F-TGT-003", "F-TGT-004", "F-TGT-005", "F-SRC-006", "F-PRV-011", "F-PRV-012", "F-PRV-013", "F-PRV-014", "F-PRV-015",
                "F-PRV-016", "F-TRG-003", "F-ENC-001", "F-ENC-004", "F-ENV-006", "F-TGT-006", "F-TGT-007", "F-TGT-008", "F-TGT-009", "F-TGT-010", "F-TGT-011", "F-TGT-012",
                "F-TGT-014", "F-SEQ-001", "F-SEQ-004",
            ],
            side.ChecksRun.Select(c => c.Split(' ')[0]));
        Assert.Equal(["F-ENV-006", "F-SEQ-001"], side.Findings.Select(f => f.Id));
        Assert.Contains("8192 bytes for tables", side.Findings[0].Why, StringComparison.Ordinal);
        Assert.EndsWith($"/{pair.Name}", side.Address, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO shop.orders VALUES (1)", "F-TGT-007", "shop.orders", "Target table shop.orders already has rows")]
    [InlineData("ALTER TABLE shop.orders ALTER id TYPE int", "F-TGT-008", "shop.orders", "id is integer there, bigint on the source")]
    [InlineData("ALTER TABLE shop.orders RENAME TO other; CREATE VIEW shop.orders AS SELECT 1", "F-TGT-009", "shop.orders", "is a table on the source and a view on the target")]
    [InlineData("", "F-SEQ-004", "shop.orders_id_seq", "is missing on the target")]
    [InlineData("CREATE SCHEMA orchestrator; CREATE TABLE orchestrator.run (run text, created_at timestamptz DEFAULT now()); INSERT INTO orchestrator.run VALUES ('night 0123')", "F-TGT-014", "run night", "is not finished")]
    public async Task K7_target_that_cannot_be_filled_is_refused(string targetSql, string id, string subject, string why)
    {
        var pair = await servers.PairAsync("", Orders + targetSql);
        var finding = Assert.Single((await AssessAsync(pair, Planned)).Findings, f => f.Id == id);
        Assert.Equal((Severity.Blocker, subject), (finding.Severity, finding.Object));
        Assert.Contains(why, finding.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K7_table_that_fits_is_adopted_but_not_without_the_others()
    {
        var pair = await servers.PairAsync("", Orders + "CREATE SEQUENCE shop.orders_id_seq");
        var side = await AssessAsync(pair, Planned);
        Assert.DoesNotContain(side.Findings, f => f.Severity == Severity.Blocker);
        Assert.Equal("shop.orders", Assert.Single(side.Findings, f => f.Id == "F-TGT-010").Object);

        side = await AssessAsync(pair, Planned with { Tables = [.. Planned.Tables, Table("lines")] });
        Assert.Equal("1 of 2 tables", Assert.Single(side.Findings, f => f.Id == "F-TGT-012").Object);
        Assert.Equal(Severity.Blocker, side.Findings[0].Severity);
    }

    [Fact]
    public async Task PP14_target_that_cannot_hold_every_character_is_refused()
    {
        var pair = await servers.PairAsync(targetEncoding: "LATIN1");
        Assert.Equal(Severity.Blocker, Assert.Single((await AssessAsync(pair, Planned)).Findings, f => f.Id == "F-ENC-001").Severity);
    }

    [Fact]
    public async Task Role_without_rights_is_told_what_it_lacks()
    {
        var pair = await servers.PairAsync("", Orders);
        await pair.TargetAsync($"CREATE ROLE {pair.Name}_role LOGIN PASSWORD 'pw'");
        var side = await new PgTargetAssessor(servers.Target.Url(pair.Name, $"{pair.Name}_role", "pw")).AssessAsync(AssessedPair.Request, Planned, CancellationToken.None);
        Assert.Subset(
            side.Findings.Where(f => f.Severity == Severity.Blocker).Select(f => f.Id).ToHashSet(),
            new HashSet<string> { "F-PRV-011", "F-PRV-012", "F-PRV-013", "F-PRV-015" });
        Assert.Contains($"GRANT CREATE ON DATABASE {pair.Name}", side.Findings.First(f => f.Id == "F-PRV-011").Fix, StringComparison.Ordinal);
    }

    private static Task<SideAssessment> AssessAsync(AssessedPair pair, SourceInventory planned) =>
        new PgTargetAssessor(pair.Servers.Target.Url(pair.Name)).AssessAsync(AssessedPair.Request, planned, CancellationToken.None);

    private static TableSchema Table(string name, params ColumnSchema[] columns) => new()
    {
        Table = new TableRef("shop", name), SourceId = 7, Columns = columns, Key = new RowKey(RowKeyKind.None, []), Pages = 1, EstimatedRows = 1, Bytes = 8192,
    };
}
