using System.Collections.Concurrent;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>The journal and documents of runs in memory; what a cutover asks of a store and no more.</summary>
internal sealed class MemoryRunStore : IRunStore
{
    private readonly List<JournalEntry> _journal = [];
    private readonly ConcurrentDictionary<string, string> _documents = new();

    /// <summary>Called before a line is stored; throws to stand for a store that cannot be written.</summary>
    public Action<string, string>? OnAppend { get; set; }

    public Task<JournalEntry> AppendAsync(string name, FencingToken token, string kind, string subject, string detail, CancellationToken ct)
    {
        OnAppend?.Invoke(kind, subject);
        lock (_journal)
        {
            var entry = new JournalEntry(_journal.Count, TimeProvider.System.GetUtcNow(), kind, subject, detail);
            _journal.Add(entry);
            return Task.FromResult(entry);
        }
    }

    public Task<IReadOnlyList<JournalEntry>> JournalAsync(string name, CancellationToken ct)
    {
        lock (_journal) return Task.FromResult<IReadOnlyList<JournalEntry>>([.. _journal]);
    }

    public Task<string?> ReadDocumentAsync(string name, string document, CancellationToken ct) =>
        Task.FromResult(_documents.GetValueOrDefault(document));

    public Task WriteDocumentAsync(string name, string document, string json, CancellationToken ct)
    {
        _documents[document] = json;
        return Task.CompletedTask;
    }

    public Task<RunRecord> CreateAsync(MigrationOptions options, CancellationToken ct) => throw new NotSupportedException();

    public Task<RunRecord?> FindAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<RunRecord>> ListAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<MigrationOptions> OptionsAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public Task<IRunLease> AcquireAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public Task<RunRecord> TransitionAsync(
        RunRecord run, FencingToken token, RunState next, RunState? failedIn, string? error, string why, CancellationToken ct) => throw new NotSupportedException();

    public Task<RunRequestRecord> AskAsync(string name, RunRequest request, CancellationToken ct) => throw new NotSupportedException();

    public Task<RunRequestRecord?> NextRequestAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public Task<RunRequestRecord> RequestAsync(string name, long id, CancellationToken ct) => throw new NotSupportedException();

    public Task<bool> BeginRequestAsync(string name, long id, CancellationToken ct) => throw new NotSupportedException();

    public Task<bool> WithdrawAsync(string name, long id, string why, CancellationToken ct) => throw new NotSupportedException();

    public Task AnswerAsync(string name, long id, int exitCode, string message, CancellationToken ct) => throw new NotSupportedException();
}
