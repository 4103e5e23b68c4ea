using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Cutover.Steps;

namespace Orchestrator.Workflow.Cutover;

/// <summary>The last attempt as the journal tells it.</summary>
/// <param name="Open">Names of the steps that were begun and not undone, in order; whether they got anywhere is another question.</param>
/// <param name="Done">Names of the steps whose end was journaled and that were not undone.</param>
/// <param name="Marker">Text of the marker's position; null if it was not set.</param>
public sealed record CutoverAttempt(IReadOnlyList<string> Open, IReadOnlySet<string> Done, string? Marker)
{
    /// <summary>Everything after the gates was undone, or never begun.</summary>
    public bool IsOver => Open.All(s => s == GatesStep.StepName);

    /// <summary>When writes were held up first, and when the target was open; by the clocks of the processes that did it.</summary>
    public DateTimeOffset? Fenced { get; private init; }

    public DateTimeOffset? Opened { get; private init; }

    /// <summary>How long neither side took writes, over a kill and a resume; null if it did not come to both.</summary>
    public TimeSpan? Pause => Opened - Fenced;

    /// <summary>The side that takes writes as far as the lines tell: null if no cutover is under way, <c>unknown</c> while the fence has a lease.</summary>
    public string? WritableSide =>
        Done.Contains(OpenTargetStep.StepName) ? "target"
        : Done.Contains(CutoverSteps.NoReturn) ? "none"
        : Open.Contains(FenceSourceStep.StepName) ? "unknown"
        : null;

    public bool IsComplete => Done.Contains(StragglersStep.StepName);

    public static CutoverAttempt Read(IEnumerable<JournalEntry> journal)
    {
        var open = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        string? marker = null;
        DateTimeOffset? fenced = null, opened = null;
        foreach (var entry in journal.OrderBy(e => e.Sequence))
        {
            if (!entry.Subject.StartsWith(CutoverJournal.Prefix, StringComparison.Ordinal)) continue;
            var step = entry.Subject[CutoverJournal.Prefix.Length..];
            switch (entry.Kind)
            {
                case CutoverJournal.Begin:
                    if (step == GatesStep.StepName) Clear();
                    if (!open.Contains(step)) open.Add(step);
                    if (step == FenceSourceStep.StepName) fenced = entry.At;
                    break;
                case CutoverJournal.Done:
                    done.Add(step);
                    if (step == MarkerStep.StepName) marker = entry.Detail;
                    if (step == OpenTargetStep.StepName) opened = entry.At;
                    break;
                case CutoverJournal.Undone:
                    open.Remove(step);
                    done.Remove(step);
                    break;
                default:
                    break;
            }
        }

        return new CutoverAttempt(open, done, marker) { Fenced = fenced, Opened = opened };

        // A new attempt begins only after the one before was undone as far as it could be; what could not is still open.
        void Clear()
        {
            open.Remove(GatesStep.StepName);
            done.Clear();
            (marker, fenced, opened) = (null, null, null);
        }
    }
}
