using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;

namespace Orchestrator.Core.Tests.Validation;

/// <summary>The whole comparison over two sides in memory.</summary>
public sealed class ValidationRunnerTests
{
    private static readonly ValidationOptions Quick = new() { RecheckDelay = TimeSpan.FromTicks(1), RecheckMaxDelay = TimeSpan.FromTicks(1) };

    [Fact]
    public void V8_any_two_tables_are_equal_exactly_if_their_rows_are() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 11).ArrayOf().Two().ToArbitrary(),
        async sides =>
        {
            foreach (var table in new[] { MemorySide.Keyed, MemorySide.Keyless })
            {
                var (source, target) = (Side(sides.Item1), Side(sides.Item2));
                var report = await RunAsync(source, target, table);
                var same = source.Table.Order().SequenceEqual(target.Table.Order());
                Assert.Equal(same ? ValidationVerdict.Equal : ValidationVerdict.Different, report.Verdict);
                Assert.Equal(source.Table.Count - target.Table.Count, report.Tables[0].Missing - report.Tables[0].Extra);
                Assert.Equal(0, source.OpenViews + target.OpenViews);
            }
        }));

    [Fact]
    public async Task V10_a_suspect_that_settles_at_the_last_try_is_no_difference_and_one_try_later_it_is()
    {
        foreach (var (settlesAt, verdict) in new[] { (5, ValidationVerdict.Equal), (6, ValidationVerdict.Different) })
        {
            MemorySide? target = null;
            target = new MemorySide(("1", "old"))
            {
                BeforeOpen = view =>
                {
                    if (view == settlesAt) target!.Table[0] = ("1", "new");
                },
            };
            var report = await RunAsync(new MemorySide(("1", "new")), target, MemorySide.Keyed);
            Assert.Equal((verdict, 6), (report.Verdict, target.Views));
        }
    }

    /// <summary>The source's value goes on to another key (without a key: to another value) before it is read again, and so does the target's.</summary>
    [Theory]
    [InlineData(true, 1, ValidationVerdict.Different)]
    [InlineData(false, 1, ValidationVerdict.Different)]
    [InlineData(true, 100, ValidationVerdict.NotProven)]
    [InlineData(false, 100, ValidationVerdict.NotProven)]
    public async Task V10_a_suspect_that_moves_on_while_it_differs_is_not_taken_for_settled(bool keyed, int moves, ValidationVerdict verdict)
    {
        MemorySide Moving(string value)
        {
            MemorySide? side = null;
            return side = new MemorySide(("0", value), ("other", "same"))
            {
                BeforeOpen = view =>
                {
                    if (view % 2 == 1 && view <= moves) side!.Table[0] = ($"{view}", value);
                },
            };
        }

        var report = await RunAsync(Moving("right"), Moving("wrong"), keyed ? MemorySide.Keyed : MemorySide.Keyless);

        Assert.Equal(verdict, report.Verdict);
    }

    [Fact]
    public async Task V10_a_row_the_target_still_had_and_lost_is_settled()
    {
        MemorySide? target = null;
        target = new MemorySide(("1", "old"), ("2", "kept"))
        {
            BeforeOpen = view =>
            {
                if (view == 1) target!.Table.RemoveAt(0);
            },
        };

        var report = await RunAsync(new MemorySide(("2", "kept")), target, MemorySide.Keyed);

        Assert.Equal((ValidationVerdict.Equal, 2), (report.Verdict, target.Views));
    }

    [Fact]
    public async Task V11_a_failing_table_is_not_proven_with_its_reason()
    {
        var broken = new MemorySide { Fault = new OrchestratorException(ErrorKind.Configuration, "E-PG-42501", "Not allowed.") };
        var report = await RunAsync(new MemorySide(), broken, MemorySide.Keyed);
        Assert.Equal((ValidationVerdict.NotProven, "Not allowed. [E-PG-42501]"), (report.Verdict, report.Tables[0].Reason));
    }

    [Fact]
    public async Task V11_a_lost_lease_stops_the_validation()
    {
        var fenced = new MemorySide { Fault = new OrchestratorException(ErrorKind.Fenced, "E-RUN-001", "Taken over.") };
        await Assert.ThrowsAsync<OrchestratorException>(() => RunAsync(new MemorySide(), fenced, MemorySide.Keyed));
    }

    [Fact]
    public async Task Servers_whose_hashes_differ_use_the_method_they_share_or_none()
    {
        var other = new MemorySide { Methods = [new("fast", "2"), new("slow", "3")] };
        var report = await RunAsync(new MemorySide { Methods = [new("fast", "1"), new("slow", "3")] }, other, MemorySide.Keyed);
        Assert.Equal("slow", report.Method);
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => RunAsync(new MemorySide(), other, MemorySide.Keyed));
        Assert.Equal("E-VAL-001", error.Code);
    }

    [Fact]
    public async Task V12_a_drill_down_reads_bounded_passes_and_says_when_its_counts_are_lower_bounds()
    {
        var source = new MemorySide([.. Enumerable.Range(0, 1_000).Select(i => ($"{i}", "v"))]);
        var target = new MemorySide([.. Enumerable.Range(0, 500).Select(i => ($"{i}", "w"))]);

        var exact = (await RunAsync(source, target, MemorySide.Keyed, Quick with { RowsPerPass = 100, RecheckTries = 1 })).Tables[0];
        Assert.Equal((500L, 0L, 500L, true), (exact.Missing, exact.Extra, exact.Changed, exact.CountsExact));
        Assert.True(source.LargestPass <= 100);

        var before = source.Passes;
        var some = (await RunAsync(source, target, MemorySide.Keyed, Quick with { RowsPerPass = 100, MaxPasses = 2, RecheckTries = 1 })).Tables[0];
        Assert.Equal((2, false, ValidationVerdict.Different), (source.Passes - before, some.CountsExact, some.Verdict));
        Assert.True(some.Missing + some.Changed is > 0 and < 1_000);
    }

    [Fact]
    public void V11_a_report_is_equal_only_if_every_table_is()
    {
        ValidationVerdict Of(params ValidationVerdict[] tables) => new ValidationReport
        {
            StartedAt = default,
            EndedAt = default,
            Mode = ValidationMode.Now,
            Method = "m",
            Tables = [.. tables.Select(v => new TableReport { Table = new TableRef("s", "t"), Verdict = v })],
        }.Verdict;

        Assert.Equal(ValidationVerdict.Equal, Of(ValidationVerdict.Equal, ValidationVerdict.Equal));
        Assert.Equal(ValidationVerdict.NotProven, Of(ValidationVerdict.Equal, ValidationVerdict.NotProven));
        Assert.Equal(ValidationVerdict.Different, Of(ValidationVerdict.NotProven, ValidationVerdict.Different));
    }

    private static MemorySide Side(int[] rows) => new([.. rows.Select(n => ($"{n % 4}", $"{n}"))]);

    private static Task<ValidationReport> RunAsync(
        MemorySide source, MemorySide target, TableSchema table, ValidationOptions? options = null) =>
        new ValidationRunner(source, target, options ?? Quick, TimeProvider.System).OfNowAsync([table], null, CancellationToken.None);
}
