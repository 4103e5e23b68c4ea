using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V10: comparing while writes flow neither raises an alarm nor hides a difference.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class LiveValidationTests
{
    private const string Tables = """
        CREATE TABLE live (id int PRIMARY KEY, v text, n bigint NOT NULL DEFAULT 0);
        INSERT INTO live SELECT i, 'v' || i, 0 FROM generate_series(1, 2000) i;
        """;

    /// <summary>The target keeps another value for one row, whatever is applied.</summary>
    private const string Saboteur = """
        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := 'spoilt'; RETURN NEW; END $$;
        CREATE TRIGGER spoil BEFORE INSERT ON live FOR EACH ROW WHEN (NEW.id = 77) EXECUTE FUNCTION spoil();
        UPDATE live SET v = 'spoilt' WHERE id = 77;
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task V10_both_sides_at_one_position_show_exactly_the_real_differences(bool spoilt)
    {
        await using var bench = await ValidationBench.CreateAsync("v10");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        if (spoilt) await bench.Pair.Target.ExecuteAsync(Saboteur);
        await using var flow = new CopyingFlow(bench, "public.live", TimeSpan.Zero);
        var tables = await bench.TablesAsync();

        for (var round = 0; round < 5 || flow.Writes <= 50 || flow.Applies <= 5; round++)
        {
            var report = await bench.Runner(new ValidationOptions { Lanes = 1 + (round % 2) })
                .AtOnePositionAsync(tables, flow, flow, null, CancellationToken.None);
            Assert.NotNull(report.Position);
            AssertOnly(spoilt, report);
        }

        Assert.Equal(0, flow.OpenSnapshots);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task V10_without_a_common_position_suspects_settle_and_a_row_that_never_does_is_a_difference(bool spoilt)
    {
        await using var bench = await ValidationBench.CreateAsync("v10n");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        if (spoilt) await bench.Pair.Target.ExecuteAsync(Saboteur);
        await using var flow = new CopyingFlow(bench, "public.live", TimeSpan.FromMilliseconds(150));
        var tables = await bench.TablesAsync();
        await Task.Delay(300);

        for (var round = 0; round < 2; round++)
            AssertOnly(spoilt, await bench.Runner(new ValidationOptions()).OfNowAsync(tables, null, CancellationToken.None));

        Assert.True(flow.Writes > 50, $"{flow.Writes} writes");
    }

    [Fact]
    public async Task V10_more_suspects_than_are_read_again_prove_nothing_even_if_those_settle()
    {
        await using var bench = await ValidationBench.CreateAsync("v10m");
        await bench.Pair.ExecuteOnBothAsync(Tables);
        await bench.Pair.Target.ExecuteAsync("UPDATE live SET n = 1");
        var tables = await bench.TablesAsync();
        var heal = bench.Pair.Target;
        var options = new ValidationOptions { MaxSuspects = 10, RecheckDelay = TimeSpan.FromSeconds(1) };

        var running = bench.Runner(options).OfNowAsync(tables, null, CancellationToken.None);
        await Task.Delay(800);
        await heal.ExecuteAsync("UPDATE live SET n = 0 WHERE id <> 2000");
        var report = await running;

        Assert.NotEqual(ValidationVerdict.Equal, report.Verdict);
    }

    private static void AssertOnly(bool spoilt, ValidationReport report)
    {
        var table = Assert.Single(report.Tables);
        if (!spoilt)
        {
            Assert.True(table.Verdict == ValidationVerdict.Equal, System.Text.Json.JsonSerializer.Serialize(table));
            return;
        }

        var row = Assert.Single(table.Rows);
        Assert.Equal((DifferenceKind.Changed, "77", "v", "spoilt"), (row.Kind, row.Key[0].Value, row.Columns[0].Column, row.Columns[0].Target!.Text));
    }
}
