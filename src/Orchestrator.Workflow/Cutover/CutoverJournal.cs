using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow.Cutover;

/// <summary>Writes the cutover's lines of the run's journal; a line is stored before the thing it announces is done, and refused once another process drives the run.</summary>
internal sealed class CutoverJournal(IRunStore store, string run, FencingToken fence)
{
    public const string Prefix = "cutover/";
    public const string Begin = "step-begin";
    public const string Done = "step-done";
    public const string Undone = "step-undone";

    public Task BeginAsync(ICutoverStep step, CancellationToken ct) => store.AppendAsync(run, fence, Begin, Prefix + step.Name, "", ct);

    public Task DoneAsync(ICutoverStep step, string detail, CancellationToken ct) => store.AppendAsync(run, fence, Done, Prefix + step.Name, detail, ct);

    public Task UndoneAsync(ICutoverStep step, CancellationToken ct) => store.AppendAsync(run, fence, Undone, Prefix + step.Name, "", ct);

    public Task NoteAsync(string text, CancellationToken ct) => store.AppendAsync(run, fence, "note", Prefix + "note", text, ct);
}
