using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Runs;

/// <summary>One line of a run's journal.</summary>
/// <param name="Sequence">Order in the run.</param>
/// <param name="At">When.</param>
/// <param name="Kind"><c>transition</c>, <c>step-begin</c>, <c>step-done</c>, <c>step-undone</c>, <c>note</c>.</param>
/// <param name="Subject">State or step name.</param>
/// <param name="Detail">Why, or what the step needs to be undone, as text or JSON; no secrets.</param>
public sealed record JournalEntry(long Sequence, DateTimeOffset At, string Kind, string Subject, string Detail);

/// <summary>What another process asks of the one that drives a run.</summary>
public enum RunRequest
{
    Cutover,
    Rollback,
    Validate,
}

/// <summary>A request and, once it was handled, its answer.</summary>
/// <param name="Id">Identifies the request.</param>
/// <param name="Request">What is asked.</param>
/// <param name="ExitCode">Null until handled; then the exit code of the command that asked.</param>
/// <param name="Message">Result in words.</param>
public sealed record RunRequestRecord(long Id, RunRequest Request, int? ExitCode, string Message);

/// <summary>The right to drive a run, held until disposed, until the process dies, or until it is <see cref="Lost"/>.</summary>
public interface IRunLease : IAsyncDisposable
{
    FencingToken Token { get; }

    /// <summary>Cancelled when another process may have taken the run over: whoever holds this stops then.</summary>
    CancellationToken Lost { get; }
}

/// <summary>
/// Keeps runs, their journal and requests between processes. The data itself is never here: what is loaded and
/// applied is the target's word (<see cref="Writing.ITargetLedger"/>).
/// </summary>
public interface IRunStore
{
    /// <exception cref="Errors.OrchestratorException">Configuration <c>E-RUN-001</c>: the name is taken.</exception>
    Task<RunRecord> CreateAsync(MigrationOptions options, CancellationToken ct);

    Task<RunRecord?> FindAsync(string name, CancellationToken ct);

    Task<IReadOnlyList<RunRecord>> ListAsync(CancellationToken ct);

    /// <summary>The options the run was created with, secrets included.</summary>
    Task<MigrationOptions> OptionsAsync(string name, CancellationToken ct);

    /// <summary>Takes the right to drive the run, with a token greater than every earlier one.</summary>
    /// <exception cref="Errors.OrchestratorException">Configuration <c>E-LEASE-001</c>: another live process has it (host and pid named).</exception>
    Task<IRunLease> AcquireAsync(string name, CancellationToken ct);

    /// <summary>Records a transition if nobody else changed the run since <paramref name="run"/> was read.</summary>
    /// <exception cref="Errors.OrchestratorException">Fenced <c>E-LEASE-002</c>: the version or the token is not ours any more.</exception>
    Task<RunRecord> TransitionAsync(
        RunRecord run, FencingToken token, RunState next, RunState? failedIn, string? error, string why, CancellationToken ct);

    /// <exception cref="Errors.OrchestratorException">Fenced <c>E-LEASE-002</c>: another process has taken over.</exception>
    Task<JournalEntry> AppendAsync(string name, FencingToken token, string kind, string subject, string detail, CancellationToken ct);

    Task<IReadOnlyList<JournalEntry>> JournalAsync(string name, CancellationToken ct);

    /// <summary>A named JSON document of the run: plan, last validation, last report; null if absent.</summary>
    Task<string?> ReadDocumentAsync(string name, string document, CancellationToken ct);

    Task WriteDocumentAsync(string name, string document, string json, CancellationToken ct);

    Task<RunRequestRecord> AskAsync(string name, RunRequest request, CancellationToken ct);

    /// <summary>
    /// The request to look at next: a rollback before all others, else the oldest. Null if none. One that was not begun
    /// and whose asker is gone is withdrawn instead.
    /// </summary>
    Task<RunRequestRecord?> NextRequestAsync(string name, CancellationToken ct);

    /// <summary>The request as it is now. Calling this is also the sign that its asker still waits.</summary>
    Task<RunRequestRecord> RequestAsync(string name, long id, CancellationToken ct);

    /// <summary>Marks a request as being carried out: it cannot be withdrawn any more.</summary>
    /// <returns>False if it was withdrawn meanwhile.</returns>
    Task<bool> BeginRequestAsync(string name, long id, CancellationToken ct);

    /// <summary>Takes a request back, for an asker that does not wait any more.</summary>
    /// <returns>False if it is being carried out, or was answered.</returns>
    Task<bool> WithdrawAsync(string name, long id, string why, CancellationToken ct);

    Task AnswerAsync(string name, long id, int exitCode, string message, CancellationToken ct);
}
