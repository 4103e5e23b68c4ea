using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>Says what is added to a run's journal while somebody waits for it; what was there before is old news.</summary>
internal sealed class JournalTail(IProgressView view, string run)
{
    private long? _seen;

    public void Show(IReadOnlyList<JournalEntry> journal)
    {
        foreach (var entry in journal.Where(e => e.Sequence > _seen))
            view.Say(NoticeLevel.Information, entry.Kind, new("run", run), new("step", entry.Subject));
        _seen = journal.Count > 0 ? journal[^1].Sequence : 0;
    }
}
