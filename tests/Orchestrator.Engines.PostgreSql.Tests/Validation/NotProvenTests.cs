using Orchestrator.Core.Errors;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Pipeline.Validation;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V11: what could not be compared is never called equal.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class NotProvenTests
{
    private const string Tables = """
        CREATE TABLE fine (id int PRIMARY KEY, v text); INSERT INTO fine SELECT i, 'v' FROM generate_series(1, 100) i;
        CREATE TABLE other (id int PRIMARY KEY, v text); INSERT INTO other SELECT * FROM fine;
        """;

    [Theory]
    [InlineData("DROP TABLE other", "no such table")]
    [InlineData("DROP TABLE other; CREATE VIEW other AS SELECT * FROM fine", "no such table")]
    [InlineData("ALTER TABLE other DROP COLUMN v", "column v is not on the target")]
    [InlineData("ALTER TABLE other ALTER v TYPE varchar(9)", null)]
    [InlineData("ALTER TABLE other ALTER id TYPE bigint", "column id is integer on the source and bigint on the target")]
    [InlineData("ALTER TABLE other ADD extra int DEFAULT 7", null)]
    public async Task V11_a_table_of_another_shape_is_not_proven_unless_every_source_column_is_there(string change, string? reason)
    {
        await using var bench = await ValidationBench.CreateAsync("v11");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        await bench.Pair.Target.ExecuteAsync(change);

        var report = await bench.NowAsync();

        var other = report.Tables.Single(t => t.Table.Name == "other");
        var expected = reason is null ? ValidationVerdict.Equal : ValidationVerdict.NotProven;
        Assert.Equal((expected, expected), (other.Verdict, report.Verdict));
        Assert.Contains(reason ?? "", other.Reason ?? "", StringComparison.Ordinal);
        Assert.Equal(ValidationVerdict.Equal, report.Tables.Single(t => t.Table.Name == "fine").Verdict);
        Assert.Equal(change.Contains("extra", StringComparison.Ordinal) ? ["extra (target only)"] : [], other.NotCompared);
    }

    [Theory]
    [InlineData("REVOKE SELECT ON other FROM {role}")]
    [InlineData("ALTER TABLE other ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON other USING (id < 50)")]
    public async Task V11_a_table_that_may_not_be_read_whole_is_not_proven_and_the_others_are(string obstacle)
    {
        await using var bench = await ValidationBench.CreateAsync("v11r");
        var role = $"reader_{bench.Pair.Target.Name}";
        await bench.Pair.ExecuteOnBothAsync(Tables);
        await bench.Pair.Target.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'pw'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
            + obstacle.Replace("{role}", role, StringComparison.Ordinal));
        await using (var session = new PgSession(bench.Pair.Target.Cluster.ConnectionString(bench.Pair.Target.Name, role, "pw"), "test"))
        {
            var report = await bench.Runner(target: session).OfNowAsync(await bench.TablesAsync(), null, CancellationToken.None);

            Assert.Equal(ValidationVerdict.NotProven, report.Verdict);
            Assert.Contains("42501", report.Tables.Single(t => t.Table.Name == "other").Reason, StringComparison.Ordinal);
            Assert.Equal(ValidationVerdict.Equal, report.Tables.Single(t => t.Table.Name == "fine").Verdict);
        }

        await bench.Pair.Target.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Fact]
    public async Task V11_a_table_that_takes_too_long_is_not_proven_and_the_others_are()
    {
        await using var bench = await ValidationBench.CreateAsync("v11t");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        var tables = await bench.TablesAsync();
        await using var blocker = await bench.Target.OpenAsync(CancellationToken.None);
        await blocker.RunAsync("BEGIN; LOCK TABLE public.other IN ACCESS EXCLUSIVE MODE", CancellationToken.None);

        var report = await bench.Runner(new ValidationOptions { TableTimeout = TimeSpan.FromMilliseconds(700) })
            .OfNowAsync(tables, null, CancellationToken.None);

        Assert.Equal(ValidationVerdict.NotProven, report.Verdict);
        Assert.Contains("not finished within", report.Tables.Single(t => t.Table.Name == "other").Reason, StringComparison.Ordinal);
        Assert.Equal(ValidationVerdict.Equal, report.Tables.Single(t => t.Table.Name == "fine").Verdict);
    }

    [Fact]
    public async Task V11_sessions_lost_on_the_way_leave_the_tables_not_proven()
    {
        await using var bench = await ValidationBench.CreateAsync("v11l");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        var killer = new Killer(bench.Pair.Target);

        var report = await bench.NowAsync(progress: killer);

        Assert.Equal([ValidationVerdict.Equal, ValidationVerdict.NotProven], report.Tables.Select(t => t.Verdict));
        Assert.Equal(ValidationVerdict.NotProven, report.Verdict);
    }

    [Fact]
    public async Task V11_a_server_that_cannot_be_reached_is_an_error()
    {
        await using var bench = await ValidationBench.CreateAsync("v11u");
        await using var nobody = new PgSession("Host=127.0.0.1;Port=1;Username=u;Database=d", "test");

        var error = await Assert.ThrowsAsync<OrchestratorException>(
            () => bench.Runner(target: nobody).OfNowAsync([], null, CancellationToken.None));

        Assert.Equal(ErrorKind.Transient, error.Kind);
    }

    /// <summary>Ends the validation's sessions on the target once the first table is done.</summary>
    private sealed class Killer(PgDatabase database) : IProgress<ValidationProgress>
    {
        public void Report(ValidationProgress value)
        {
            if (value.TablesDone == 1)
                database.QueryScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()").Wait();
        }
    }
}
