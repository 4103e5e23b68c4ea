using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Workflow.Cutover;
using Xunit.Abstractions;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>The whole procedure over real fences, under an application that writes all the time.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class CutoverProcedureTests(ITestOutputHelper output)
{
    public static TheoryData<string> StepsBeforeNoReturn => [.. CutoverSteps.All.TakeWhile(s => !s.IsAfterNoReturn).Skip(1).Select(s => s.Name)];

    public static TheoryData<string> StepsAfterNoReturn => [.. CutoverSteps.All.Where(s => s.IsAfterNoReturn).Select(s => s.Name)];

    [Fact]
    public async Task X8_cutover_moves_the_application_without_losing_a_row()
    {
        await using var scene = await CutoverScene.CreateAsync("whole");
        await scene.Pair.Source.ExecuteAsync("INSERT INTO other DEFAULT VALUES; INSERT INTO other DEFAULT VALUES");

        var report = await scene.RunAsync();
        await Task.Delay(200);

        foreach (var step in report.Steps) output.WriteLine($"{step.Name}: {step.State}, predicted {step.PredictedMs:0} ms, measured {step.MeasuredMs:0.0} ms");
        output.WriteLine($"pause {report.Pause?.TotalMilliseconds:0.0} ms, predicted {report.PredictedPause?.TotalMilliseconds:0} ms ({report.PredictionBasis})");
        Assert.Equal((CutoverOutcome.Complete, "target"), (report.Outcome, report.WritableSide));
        Assert.All(report.Steps, s => Assert.Equal("done", s.State));
        Assert.True(report.Pause > TimeSpan.Zero);
        Assert.True(scene.Flow.IsHeld);
        Assert.Empty(report.Warnings);
        await scene.AssertTargetHasEverythingAsync();
        Assert.NotEmpty(scene.App.Acknowledged[1]);
        Assert.Equal("3", await scene.Pair.Target.QueryScalarAsync("INSERT INTO other DEFAULT VALUES RETURNING id"));
        Assert.Equal(ResumeDecision.Complete, ResumeDecisions.Decide(
            CutoverAttempt.Read(await scene.Store.JournalAsync("", default)), FenceState.Closed, FenceState.Open));
    }

    [Theory]
    [MemberData(nameof(StepsBeforeNoReturn))]
    public async Task X8_failure_at_a_step_before_the_point_of_no_return_undoes_everything(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("fail");
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Before(step)).RunAsync(scene.Plan, default);

        Assert.Equal((CutoverOutcome.Undone, "source"), (report.Outcome, report.WritableSide));
        Assert.Equal("failed", report.Steps.Single(s => s.Name == step).State);
        await scene.AssertBackOnSourceAsync();
        Assert.False(scene.Flow.IsHeld);

        var again = await scene.RunAsync();
        Assert.Equal(CutoverOutcome.Complete, again.Outcome);
        await scene.AssertTargetHasEverythingAsync();
    }

    [Fact]
    public async Task X8_undo_that_fails_is_tried_again_before_changes_are_applied_again()
    {
        await using var scene = await CutoverScene.CreateAsync("undofails");
        scene.Flow.TriggerFailures = 3;

        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Before("switch-traffic")).RunAsync(scene.Plan, default);

        Assert.Equal((CutoverOutcome.Undone, "source"), (report.Outcome, report.WritableSide));
        Assert.True(scene.Flow.WasHeldWhenTriggersWentOff);
        Assert.False(scene.Flow.IsHeld);
        await scene.AssertBackOnSourceAsync();
    }

    [Theory]
    [InlineData("fence-source", 12_000)]
    [InlineData("drain", 12_000)]
    public async Task X8_one_long_wait_does_not_keep_the_pause_gate_closed(string step, int milliseconds)
    {
        await using var scene = await CutoverScene.CreateAsync("longwait");
        await scene.Store.WriteDocumentAsync(scene.Plan.Options.RunName, CutoverProcedure.TimingsDocument, $$"""{"{{step}}":{{milliseconds}}}""", default);

        Assert.Equal(CutoverOutcome.Complete, (await scene.RunAsync()).Outcome);
    }

    [Theory]
    [MemberData(nameof(StepsBeforeNoReturn))]
    public async Task X8_failure_after_a_step_before_the_point_of_no_return_undoes_everything(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("failafter");
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.After(step)).RunAsync(scene.Plan, default);

        if (step == CutoverSteps.NoReturn)
        {
            // The fence is permanent although the call failed: the only way is forward.
            Assert.Equal((CutoverOutcome.Complete, "target"), (report.Outcome, report.WritableSide));
            await Task.Delay(100);
        }
        else
        {
            Assert.Equal((CutoverOutcome.Undone, "source"), (report.Outcome, report.WritableSide));
            await scene.AssertBackOnSourceAsync();
            Assert.Equal(CutoverOutcome.Complete, (await scene.RunAsync()).Outcome);
        }

        await scene.AssertTargetHasEverythingAsync();
    }

    [Theory]
    [MemberData(nameof(StepsBeforeNoReturn))]
    public async Task X8_cancelling_at_a_step_undoes_everything(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("cancel");
        using var cancel = new CancellationTokenSource();
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Instead(step, async ct =>
        {
            await cancel.CancelAsync();
            ct.ThrowIfCancellationRequested();
        })).RunAsync(scene.Plan, cancel.Token);

        Assert.Equal((CutoverOutcome.Undone, "E-CUT-003"), (report.Outcome, report.Error!.Code));
        await scene.AssertBackOnSourceAsync();
    }

    [Theory]
    [MemberData(nameof(StepsBeforeNoReturn))]
    public async Task X8_process_gone_at_a_step_is_undone_by_resume(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("gone");
        await FailingStep.AbandonAsync(scene, step, afterIt: step != CutoverSteps.NoReturn);

        var report = await scene.ResumeAsync();

        Assert.Equal((CutoverOutcome.Undone, "source"), (report.Outcome, report.WritableSide));
        await scene.AssertBackOnSourceAsync();
        Assert.Equal(CutoverOutcome.Nothing, (await scene.ResumeAsync()).Outcome);
        Assert.Equal(CutoverOutcome.Complete, (await scene.RunAsync()).Outcome);
        await scene.AssertTargetHasEverythingAsync();
    }

    [Theory]
    [InlineData(CutoverSteps.NoReturn)]
    [InlineData("open-target")]
    [InlineData("stragglers")]
    public async Task X8_process_gone_after_the_point_of_no_return_goes_forward_by_resume(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("forward");
        await FailingStep.AbandonAsync(scene, step, afterIt: true);

        var report = await scene.ResumeAsync();
        await Task.Delay(100);

        Assert.Equal((CutoverOutcome.Complete, "target"), (report.Outcome, report.WritableSide));
        Assert.NotNull(report.Stragglers);
        await scene.AssertTargetHasEverythingAsync();
        Assert.Equal(CutoverOutcome.Complete, (await scene.ResumeAsync()).Outcome);
    }

    [Theory]
    [MemberData(nameof(StepsAfterNoReturn))]
    public async Task X8_failure_after_the_point_of_no_return_is_tried_again(string step)
    {
        await using var scene = await CutoverScene.CreateAsync("retry");
        var failures = 0;
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Instead(step, _ =>
            ++failures <= 2 ? throw new InvalidOperationException("lost the connection") : Task.CompletedTask, thenDoIt: true)).RunAsync(scene.Plan, default);
        Assert.Equal((CutoverOutcome.Complete, "target", 3), (report.Outcome, report.WritableSide, failures));
    }

    [Fact]
    public async Task X8_lease_that_ends_while_draining_opens_the_source_and_undoes()
    {
        await using var scene = await CutoverScene.CreateAsync("slow");
        scene.Plan = scene.Plan with { MinimumLease = TimeSpan.FromSeconds(1), Options = scene.Plan.Options with { PauseBudget = TimeSpan.FromMilliseconds(500), OnSwitch = null, OnSwitchUndo = null } };
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Instead("drain", ct => Task.Delay(Timeout.Infinite, ct))).RunAsync(scene.Plan, default);

        Assert.Equal((CutoverOutcome.Undone, "E-CUT-002", "source"), (report.Outcome, report.Error!.Code, report.WritableSide));
        Assert.InRange(report.Pause!.Value.TotalSeconds, 0.5, 5);
        await scene.AssertBackOnSourceAsync();
    }

    [Fact]
    public async Task X8_journal_that_cannot_be_written_undoes_before_and_goes_on_after_the_point_of_no_return()
    {
        await using var scene = await CutoverScene.CreateAsync("journal");
        scene.Store.OnAppend = (kind, subject) => { if (kind == "step-done" && subject.EndsWith("sequences", StringComparison.Ordinal)) throw new IOException("disk full"); };
        Assert.Equal(CutoverOutcome.Undone, (await scene.RunAsync()).Outcome);
        await scene.AssertBackOnSourceAsync();

        scene.Store.OnAppend = (_, subject) => { if (subject.EndsWith("open-target", StringComparison.Ordinal)) throw new IOException("disk full"); };
        var report = await scene.RunAsync();
        Assert.Equal((CutoverOutcome.Complete, "target"), (report.Outcome, report.WritableSide));
        Assert.NotEmpty(report.Warnings);
        await scene.AssertTargetHasEverythingAsync();
    }

    [Fact]
    public async Task Closed_gates_are_all_named_and_nothing_is_touched()
    {
        await using var scene = await CutoverScene.CreateAsync("gates");
        scene.Flow.Lag = TimeSpan.FromSeconds(60);
        scene.Flow.Drift = 3;
        scene.Validation = scene.Validation! with { Verdict = "not-proven", TablesEqual = 1 };
        await scene.Pair.Source.ExecuteAsync("ALTER TABLE other ADD COLUMN v text; CREATE TABLE late (id int PRIMARY KEY)");
        await scene.Pair.Source.ExecuteAsync($"BEGIN; INSERT INTO other DEFAULT VALUES; PREPARE TRANSACTION 'pending {scene.RunId}'");

        var report = await scene.RunAsync();

        Assert.Equal((CutoverOutcome.Refused, "source", "E-CUT-001"), (report.Outcome, report.WritableSide, report.Error!.Code));
        Assert.Equal(["lag", "validation", "drift", "schema", "transactions", "pause"], report.Gates.Where(g => !g.Passed).Select(g => g.Gate));
        Assert.Contains("public.late is new, public.other has other columns", report.Error.Message, StringComparison.Ordinal);
        Assert.Contains($"'pending {scene.RunId}'", report.Error.Message, StringComparison.Ordinal);
        await scene.AssertBackOnSourceAsync();
    }

    [Theory]
    [InlineData("drain", "none 30, source ")]
    [InlineData(null, "none 30, none , target ")]
    public async Task Writable_side_is_told_when_it_changes(string? failing, string told)
    {
        await using var scene = await CutoverScene.CreateAsync("side");
        var sides = new List<string>();
        var parts = scene.Parts() with { OnWritable = (side, limit) => sides.Add($"{side} {limit?.TotalSeconds}") };

        await new CutoverProcedure(parts, failing is null ? null : FailingStep.Before(failing)).RunAsync(scene.Plan, default);

        Assert.Equal(told, string.Join(", ", sides));
    }

    [Fact]
    public async Task Change_of_structure_between_gates_and_switch_is_caught_by_the_final_check()
    {
        await using var scene = await CutoverScene.CreateAsync("ddl");
        var report = await new CutoverProcedure(scene.Parts(), FailingStep.Instead("marker", async ct =>
            await scene.Pair.Source.ExecuteAsync("ALTER TABLE other ADD COLUMN v text", ct), thenDoIt: true)).RunAsync(scene.Plan, default);
        Assert.Equal((CutoverOutcome.Undone, "E-CUT-004"), (report.Outcome, report.Error!.Code));
        await scene.AssertBackOnSourceAsync();
    }

    [Fact]
    public async Task Switch_command_that_fails_is_undone_and_leaks_no_secret()
    {
        await using var scene = await CutoverScene.CreateAsync("switch");
        var options = scene.Plan.Options;
        scene.Plan = scene.Plan with
        {
            Options = options with
            {
                SourceUrl = options.SourceUrl + "?password=ge%20heim",
                OnSwitch = options.OnSwitch + "; echo \"$ORCHESTRATOR_RUN $ORCHESTRATOR_TARGET_PORT $ORCHESTRATOR_TARGET_URL ge heim\" >&2; exit 7",
            },
        };

        var report = await scene.RunAsync();

        Assert.Equal((CutoverOutcome.Undone, "E-CUT-005"), (report.Outcome, report.Error!.Code));
        Assert.Contains($"exit code 7: migration {scene.Pair.Target.Cluster.Port}", report.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Pair.Target.Cluster.Password, report.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("heim", report.Error.Message, StringComparison.Ordinal);
        await scene.AssertBackOnSourceAsync();
    }

    [Fact]
    public async Task V2_writes_after_the_switch_are_listed()
    {
        await using var scene = await CutoverScene.CreateAsync("late");
        scene.Flow.Late = [new Straggler(new TableRef("public", "app"), new LsnPosition(new Lsn(99)), "insert")];
        var report = await scene.RunAsync();
        Assert.Equal("insert", Assert.Single(report.Stragglers!).Change);
        var line = (await scene.Store.JournalAsync("", default)).Single(e => e is { Kind: "step-done", Subject: "cutover/stragglers" });
        Assert.Contains("insert public.app at 0/63", line.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X14_two_cutovers_at_once_end_with_one_writable_side_and_no_lost_row()
    {
        await using var scene = await CutoverScene.CreateAsync("twice");
        var outcomes = await Task.WhenAll(OutcomeAsync(), OutcomeAsync());
        var target = await scene.Parts().TargetFence.StateAsync(default);
        var source = await scene.Parts().SourceFence.StateAsync(default);
        output.WriteLine(string.Join(", ", outcomes));
        Assert.False(source == FenceState.Open && target == FenceState.Open);
        Assert.Equal(outcomes.Contains(CutoverOutcome.Complete), target == FenceState.Open);
        if (target != FenceState.Open) Assert.Equal(CutoverOutcome.Complete, (await scene.RunAsync()).Outcome);
        await scene.AssertTargetHasEverythingAsync();

        // One that was overtaken takes nothing back, because what it would open belongs to the other.
        async Task<CutoverOutcome?> OutcomeAsync()
        {
            try
            {
                return (await scene.RunAsync()).Outcome;
            }
            catch (OrchestratorException e) when (e.Code == "E-CUT-009")
            {
                return null;
            }
        }
    }
}
