namespace Orchestrator.Workflow.Cutover;

/// <summary>
/// One step of the cutover. To add one: a file in <c>Steps/</c> and a line in <see cref="CutoverSteps"/>. A step may be
/// done again after a crash and ends in the same state; an undo may be called whether or not the step got anywhere.
/// </summary>
public interface ICutoverStep
{
    /// <summary>Stable: journal, report and crash points (<c>cutover:before-NAME</c>, <c>cutover:after-NAME</c>) use it.</summary>
    string Name { get; }

    /// <summary>From this step on the cutover goes forward only.</summary>
    bool IsAfterNoReturn => false;

    /// <summary>Milliseconds writes will stop because of it, by a plain model; 0 for a step outside the pause.</summary>
    double PredictMs(CutoverContext context);

    Task DoAsync(CutoverContext context, CancellationToken ct);

    Task UndoAsync(CutoverContext context, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>The order of a cutover, readable on one screen.</summary>
public static class CutoverSteps
{
    /// <summary>Name of the step that is the point of no return.</summary>
    public const string NoReturn = "make-permanent";

    public static IReadOnlyList<ICutoverStep> All { get; } =
    [
        new Steps.GatesStep(),
        new Steps.FenceSourceStep(),
        new Steps.MarkerStep(),
        new Steps.DrainStep(),
        new Steps.FinalCheckStep(),
        new Steps.SequencesStep(),
        new Steps.EnableTriggersStep(),
        new Steps.SwitchTrafficStep(),
        new Steps.MakePermanentStep(),
        new Steps.OpenTargetStep(),
        new Steps.StragglersStep(),
    ];
}
