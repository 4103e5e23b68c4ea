using Orchestrator.Core.Cutover;

namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>
/// Lets applications write to the target. Sequences are copied once more before: reading a sequence of the source with
/// <c>nextval</c> is no write to a table and is not stopped by the fence.
/// </summary>
public sealed class OpenTargetStep : ICutoverStep
{
    public const string StepName = "open-target";

    public string Name => StepName;

    public bool IsAfterNoReturn => true;

    public double PredictMs(CutoverContext context) => 20 + (0.1 * context.Plan.Inventory.Sequences.Count);

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        // Done before a crash already: applications may have used the target's sequences since.
        if (await context.Parts.TargetFence.StateAsync(ct) != FenceState.Open)
        {
            await SequencesStep.CopyAsync(context, ct);
            await context.Parts.TargetFence.OpenAsync(ct);
        }

        context.PauseEnded = context.Parts.Time.GetTimestamp();
        context.Parts.OnWritable("target", null);
    }
}
