using System.Text.Json;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Workflow.Cutover.Steps;

namespace Orchestrator.Workflow.Cutover;

/// <summary>
/// Moves the writable side from source to target, or ends with the source writable. Every step is journaled before it
/// is done; at no moment do both sides accept application writes.
/// </summary>
/// <param name="parts">What it works with.</param>
/// <param name="steps">Null: <see cref="CutoverSteps.All"/>.</param>
public sealed class CutoverProcedure(CutoverParts parts, IReadOnlyList<ICutoverStep>? steps = null)
{
    /// <summary>Document of the run that keeps the step times for the next prediction.</summary>
    public const string TimingsDocument = "cutover-timings";

    /// <summary>How long a server that is away is waited for before an undo is left to resume.</summary>
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(2);

    private readonly IReadOnlyList<ICutoverStep> _steps = steps ?? CutoverSteps.All;

    /// <summary>Runs a cutover to its end. Cancelling undoes it, up to the point of no return.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-CUT-006</c>, <c>E-CUT-007</c>: <see cref="ResumeAsync"/> must finish it.</exception>
    public async Task<CutoverReport> RunAsync(CutoverPlan plan, CancellationToken ct)
    {
        using var context = await ContextAsync(plan, ct);
        var journal = new CutoverJournal(parts.Store, context.Run, parts.Fence);
        var log = new StepLog(_steps, context);
        context.Prediction = PausePrediction.Of(_steps, context);
        var begun = new List<ICutoverStep>();
        foreach (var step in _steps.TakeWhile(s => !s.IsAfterNoReturn))
        {
            try
            {
                begun.Add(step);
                await DoAsync(step, context, journal, log, ct);
            }
            catch (Exception e) when (e is not OrchestratorException { Kind: ErrorKind.Fenced })
            {
                if (step.Name == CutoverSteps.NoReturn && await IsPermanentAsync(e))
                {
                    log.Done(step);
                    break;
                }

                log.Failed(step);
                var error = Reason(step, e, context, ct);
                if (step.Name == GatesStep.StepName) return await RefusedAsync(context, log, error);
                await RequireOursAsync(journal);
                await UndoAsync(begun, context, journal, log);
                await RecordAsync(context, () => KeepTimingsAsync(context, log));
                return Report(context, log, CutoverOutcome.Undone, await WritableSideAsync()) with { Error = error };
            }
        }

        return await ForwardAsync(context, journal, log);
    }

    /// <summary>Finishes or takes back a cutover whose process died; to be called before change apply is started again.</summary>
    public async Task<CutoverReport> ResumeAsync(CutoverPlan plan, CancellationToken ct)
    {
        using var context = await ContextAsync(plan, ct, resumed: true);
        var journal = new CutoverJournal(parts.Store, context.Run, parts.Fence);
        var log = new StepLog(_steps, context);
        var attempt = CutoverAttempt.Read(await parts.Store.JournalAsync(context.Run, ct));
        var source = await parts.SourceFence.StateAsync(ct);
        var target = await parts.TargetFence.StateAsync(ct);
        var decision = ResumeDecisions.Decide(attempt, source, target);
        await journal.NoteAsync($"resume: source {source}, target {target}, open steps {string.Join(' ', attempt.Open)}: {decision}", ct);
        switch (decision)
        {
            case ResumeDecision.Forward:
                context.Marker = attempt.Marker is null ? null : SourcePosition.Parse(attempt.Marker);
                return await ForwardAsync(context, journal, log);
            case ResumeDecision.Undo:
                // The fence is lifted whether or not its step was journaled.
                var open = _steps.Where(s => attempt.Open.Contains(s.Name) || s is FenceSourceStep).ToList();
                await UndoAsync(open, context, journal, log);
                return Report(context, log, CutoverOutcome.Undone, await WritableSideAsync());
            case ResumeDecision.Complete:
                return Report(context, log, CutoverOutcome.Complete, await WritableSideAsync());
            default:
                return Report(context, log, CutoverOutcome.Nothing, await WritableSideAsync());
        }
    }

    private static async Task DoAsync(ICutoverStep step, CutoverContext context, CutoverJournal journal, StepLog log, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct, context.Limit);
        limited.Token.ThrowIfCancellationRequested();
        await journal.BeginAsync(step, limited.Token);
        CrashPoint.Hit($"cutover:before-{step.Name}");
        log.Begin(step);
        context.Detail = "";
        await step.DoAsync(context, limited.Token);
        log.Done(step);
        CrashPoint.Hit($"cutover:after-{step.Name}");
        // Making the fence permanent is proven by the fence itself; a journal that cannot be written must not undo it.
        if (step.Name != CutoverSteps.NoReturn) await journal.DoneAsync(step, context.Detail, limited.Token);
    }

    /// <summary>From the point of no return on: each step is tried until it is done, cancelling has no effect any more.</summary>
    private async Task<CutoverReport> ForwardAsync(CutoverContext context, CutoverJournal journal, StepLog log)
    {
        var noReturn = _steps.First(s => s.Name == CutoverSteps.NoReturn);
        await RecordAsync(context, () => journal.DoneAsync(noReturn, "", CancellationToken.None));
        foreach (var step in _steps.Where(s => s.IsAfterNoReturn))
        {
            await RecordAsync(context, () => journal.BeginAsync(step, CancellationToken.None));
            CrashPoint.Hit($"cutover:before-{step.Name}");
            log.Begin(step);
            context.Detail = "";
            await UntilDoneAsync(step, context, log);
            log.Done(step);
            CrashPoint.Hit($"cutover:after-{step.Name}");
            await RecordAsync(context, () => journal.DoneAsync(step, context.Detail, CancellationToken.None));
        }

        await RecordAsync(context, () => KeepTimingsAsync(context, log));
        return Report(context, log, CutoverOutcome.Complete, await WritableSideAsync());
    }

    private async Task UntilDoneAsync(ICutoverStep step, CutoverContext context, StepLog log)
    {
        const int tries = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await step.DoAsync(context, CancellationToken.None);
                return;
            }
            catch (Exception) when (attempt < tries)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), parts.Time, CancellationToken.None);
            }
            catch (Exception e)
            {
                log.Failed(step);
                throw CutoverErrors.Forward(step.Name, e);
            }
        }
    }

    /// <summary>Takes the steps back, last first, and those that fail again and again until all are.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-CUT-010</c>: some could not be; resume tries them again.</exception>
    private async Task UndoAsync(IReadOnlyList<ICutoverStep> begun, CutoverContext context, CutoverJournal journal, StepLog log)
    {
        var started = parts.Time.GetTimestamp();
        var (left, failure) = await UndoOnceAsync([.. begun.Reverse()], context, journal, log);
        for (var attempt = 1; failure is not null; attempt++)
        {
            if (failure.Kind == ErrorKind.Fenced) throw failure;
            if (parts.Time.GetElapsedTime(started) > UndoLimit) throw CutoverErrors.NotUndone(left.Select(s => s.Name), failure);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5000, 50 << Math.Min(attempt, 7))), parts.Time, CancellationToken.None);
            (left, failure) = await UndoOnceAsync(left, context, journal, log);
        }
    }

    private static async Task<(IReadOnlyList<ICutoverStep> Left, OrchestratorException? Failure)> UndoOnceAsync(
        IReadOnlyList<ICutoverStep> steps, CutoverContext context, CutoverJournal journal, StepLog log)
    {
        var left = new List<ICutoverStep>();
        OrchestratorException? failure = null;
        foreach (var step in steps)
        {
            // Changes go on being applied last of all: while the target's triggers fire they would alter what is written.
            if (step is FinalCheckStep && failure is not null)
            {
                left.Add(step);
                continue;
            }

            CrashPoint.Hit($"cutover:before-undo-{step.Name}");
            try
            {
                await step.UndoAsync(context, CancellationToken.None);
                log.Undone(step);
                CrashPoint.Hit($"cutover:after-undo-{step.Name}");
                await journal.UndoneAsync(step, CancellationToken.None);
            }
            catch (Exception e)
            {
                // The others are undone meanwhile, above all the source's fence.
                left.Add(step);
                failure = CutoverErrors.Of($"undo of {step.Name}", e);
            }
        }

        return (left, failure);
    }

    /// <summary>The call failed, but the commit may have happened: only the fence knows.</summary>
    private async Task<bool> IsPermanentAsync(Exception failure)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await parts.SourceFence.StateAsync(CancellationToken.None) == FenceState.Closed;
            }
            catch (Exception) when (attempt < 10)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), parts.Time, CancellationToken.None);
            }
            catch (Exception e)
            {
                throw CutoverErrors.Unknown(new AggregateException(failure, e));
            }
        }
    }

    private static OrchestratorException Reason(ICutoverStep step, Exception e, CutoverContext context, CancellationToken ct) =>
        e switch
        {
            _ when ct.IsCancellationRequested => CutoverErrors.Cancelled(step.Name, e),
            OperationCanceledException when context.Limit.IsCancellationRequested => CutoverErrors.OutOfTime(step.Name, context.Plan.Lease, e),
            _ => CutoverErrors.Of(step.Name, e),
        };

    private async Task<CutoverReport> RefusedAsync(CutoverContext context, StepLog log, OrchestratorException error)
    {
        await RecordAsync(context, () => new CutoverJournal(parts.Store, context.Run, parts.Fence).NoteAsync(error.Message, CancellationToken.None));
        return Report(context, log, CutoverOutcome.Refused, "source") with { Error = error };
    }

    /// <summary>Whoever took the run over decides what is taken back.</summary>
    private static async Task RequireOursAsync(CutoverJournal journal)
    {
        try
        {
            await journal.NoteAsync("taking back", CancellationToken.None);
        }
        catch (Exception e) when (e is not OrchestratorException { Kind: ErrorKind.Fenced })
        {
            // A store that cannot be written must not keep the source closed.
        }
    }

    private static async Task RecordAsync(CutoverContext context, Func<Task> record)
    {
        try
        {
            await record();
        }
        catch (Exception e)
        {
            context.Warnings.Add(CutoverErrors.Of("journal", e));
        }
    }

    /// <summary>The side that takes application writes now, by the fences' own word: <c>source</c>, <c>target</c>, <c>none</c>, <c>unknown</c>.</summary>
    public async Task<string> WritableSideAsync()
    {
        try
        {
            if (await parts.SourceFence.StateAsync(CancellationToken.None) == FenceState.Open) return "source";
            return await parts.TargetFence.StateAsync(CancellationToken.None) == FenceState.Open ? "target" : "none";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return "unknown";
        }
    }

    private async Task<CutoverContext> ContextAsync(CutoverPlan plan, CancellationToken ct, bool resumed = false)
    {
        var json = await parts.Store.ReadDocumentAsync(plan.Options.RunName, TimingsDocument, ct);
        var before = json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, double>>(json) ?? [];
        return new CutoverContext(plan, parts, before) { IsResumed = resumed };
    }

    private Task KeepTimingsAsync(CutoverContext context, StepLog log)
    {
        var timings = new Dictionary<string, double>(context.MeasuredBefore);
        foreach (var (step, took) in log.Measured) timings[step] = took;
        return parts.Store.WriteDocumentAsync(context.Run, TimingsDocument, JsonSerializer.Serialize(timings), CancellationToken.None);
    }

    private static CutoverReport Report(CutoverContext context, StepLog log, CutoverOutcome outcome, string writable) => new()
    {
        Outcome = outcome,
        WritableSide = writable,
        Gates = context.Gates,
        Steps = log.Reports(),
        PredictedPause = context.Prediction?.Total,
        PredictionBasis = context.Prediction?.Basis ?? "",
        Pause = context.Pause,
        Stragglers = context.Stragglers,
        Warnings = context.Warnings,
    };
}
