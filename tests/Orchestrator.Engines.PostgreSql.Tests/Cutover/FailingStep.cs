using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>A real step with something in its way.</summary>
internal sealed class FailingStep(ICutoverStep step, Func<CancellationToken, Task>? before, Func<CancellationToken, Task>? after, bool doIt) : ICutoverStep
{
    public string Name => step.Name;

    public bool IsAfterNoReturn => step.IsAfterNoReturn;

    public double PredictMs(CutoverContext context) => step.PredictMs(context);

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        if (before is not null) await before(ct);
        if (doIt) await step.DoAsync(context, ct);
        if (after is not null) await after(ct);
    }

    public Task UndoAsync(CutoverContext context, CancellationToken ct) => step.UndoAsync(context, ct);

    public static IReadOnlyList<ICutoverStep> Before(string name) => With(name, s => new FailingStep(s, Fail, null, doIt: true));

    public static IReadOnlyList<ICutoverStep> After(string name) => With(name, s => new FailingStep(s, null, Fail, doIt: true));

    public static IReadOnlyList<ICutoverStep> Instead(string name, Func<CancellationToken, Task> action, bool thenDoIt = false) =>
        With(name, s => new FailingStep(s, action, null, thenDoIt));

    /// <summary>Runs a cutover up to a place and leaves it there for ever, as a killed process does.</summary>
    public static async Task AbandonAsync(CutoverScene scene, string name, bool afterIt)
    {
        var there = new TaskCompletionSource();
        Task Stay(CancellationToken ct)
        {
            there.SetResult();
            return Task.Delay(Timeout.Infinite, CancellationToken.None);
        }

        var steps = With(name, s => new FailingStep(s, afterIt ? null : Stay, afterIt ? Stay : null, doIt: true));
        var run = new CutoverProcedure(scene.Parts(), steps).RunAsync(scene.Plan, CancellationToken.None);
        await Task.WhenAny(there.Task, run);
        Assert.True(there.Task.IsCompleted, $"the cutover ended before {name}");
    }

    private static ICutoverStep[] With(string name, Func<ICutoverStep, ICutoverStep> wrap) =>
        [.. CutoverSteps.All.Select(s => s.Name == name ? wrap(s) : s)];

    private static Task Fail(CancellationToken ct) => throw new InvalidOperationException("injected");
}
