using Orchestrator.Core.Errors;
using Orchestrator.Workflow.Cutover.Steps;

namespace Orchestrator.Workflow.Cutover;

/// <summary>The cutover's own errors, listed in <c>docs/cutover.md</c>.</summary>
internal static class CutoverErrors
{
    public static OrchestratorException Gates(IReadOnlyList<GateResult> gates)
    {
        var closed = gates.Where(g => !g.Passed).ToList();
        return new OrchestratorException(
            ErrorKind.Configuration, "E-CUT-001",
            $"Cutover is blocked by {closed.Count} of {gates.Count} gates: {string.Join("; ", closed.Select(g => $"{g.Gate}: {g.Detail}"))}.",
            "Resolve what is listed and cut over again. Nothing was touched.");
    }

    public static OrchestratorException OutOfTime(string step, TimeSpan lease, Exception inner) => new(
        ErrorKind.Transient, "E-CUT-002", $"Step {step} was not done within the cutover's limit of {lease.TotalSeconds:0.#} s.",
        "The cutover was undone. Find out what is slow and cut over again, or stop the run and resume it with a larger --pause-budget.", inner);

    public static OrchestratorException Cancelled(string step, Exception inner) => new(
        ErrorKind.Transient, "E-CUT-003", $"The cutover was stopped on request at step {step}.", "It was undone; cut over again when you are ready.", inner);

    public static OrchestratorException FinalCheck(IEnumerable<string> problems) => new(
        ErrorKind.Data, "E-CUT-004", $"The final check failed: {string.Join("; ", problems)}.", "The cutover was undone. Validate, repair, then cut over again.");

    public static OrchestratorException SwitchCommand(string option, string what) => new(
        ErrorKind.Configuration, "E-CUT-005", $"The command of {option} {what}.", "Run it by hand to see why.");

    public static OrchestratorException NotOurs() => new(
        ErrorKind.Fenced, "E-CUT-009", "Another process finished this run's cutover meanwhile; its fence was left alone.", "Look at the run's status.");

    public static OrchestratorException NotUndone(IEnumerable<string> steps, OrchestratorException last) => new(
        ErrorKind.Transient, "E-CUT-010",
        $"The cutover was taken back except for {string.Join(", ", steps)}: {last.Message} Changes are not followed until that is done.",
        "Make both servers reachable and run resume.", last);

    public static OrchestratorException Unknown(Exception inner) => new(
        ErrorKind.Transient, "E-CUT-006",
        "The source could not be asked whether its fence became permanent. If it did not, it opens by itself when its lease ends.",
        "Make the source reachable and run resume: it decides by the fences' real state.", inner);

    public static OrchestratorException Forward(string step, Exception inner) => new(
        ErrorKind.Transient, "E-CUT-007",
        $"The cutover is past its point of no return but step {step} failed: {inner.Message}", $"Run resume: it goes on from there. {(step == StragglersStep.StepName ? "The target takes the writes." : "Neither side takes writes until then.")}", inner);

    public static OrchestratorException Of(string step, Exception e) => e as OrchestratorException
        ?? new OrchestratorException(ErrorKind.Transient, "E-CUT-008", $"Step {step} failed: {e.Message}", "The cutover was undone; cut over again.", e);
}
