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

    public bool IsComplete => Done.Contains(StragglersStep.StepName);

    public static CutoverAttempt Read(IEnumerable<JournalEntry> journal)
    {
        var open = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        string? marker = null;
        foreach (var entry in journal.OrderBy(e => e.Sequence))
        {
            if (!entry.Subject.StartsWith(CutoverJournal.Prefix, StringComparison.Ordinal)) continue;
            var step = entry.Subject[CutoverJournal.Prefix.Length..];
            switch (entry.Kind)
            {
                case CutoverJournal.Begin:
                    if (step == GatesStep.StepName) Clear();
                    if (!open.Contains(step)) open.Add(step);
                    break;
                case CutoverJournal.Done:
                    done.Add(step);
                    if (step == MarkerStep.StepName) marker = entry.Detail;
                    break;
                case CutoverJournal.Undone:
                    open.Remove(step);
                    done.Remove(step);
                    break;
                default:
                    break;
            }
        }

        return new CutoverAttempt(open, done, marker);

        // A new attempt begins only after the one before was undone as far as it could be; what could not is still open.
        void Clear()
        {
            open.Remove(GatesStep.StepName);
            done.Clear();
            marker = null;
        }
    }
}
