using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Writing;

/// <summary>
/// What all parts of a run apply next: the transactions that committed at or after <paramref name="From"/> and before
/// <paramref name="To"/>, which is where the source was between two transactions.
/// </summary>
/// <param name="Number">Counts steps of the run.</param>
/// <param name="From">Where the target stands; a reader may begin here.</param>
/// <param name="To">Where the target stands once every part has done the step.</param>
public sealed record ApplyStep(long Number, SourcePosition From, SourcePosition To);

/// <summary>What a worker has done of a step.</summary>
/// <param name="Parts">How many parts of it.</param>
/// <param name="Rows">Row changes of those parts.</param>
public readonly record struct StepResult(int Parts, long Rows);

/// <summary>
/// One worker of a run whose changes are applied in parts. It holds a share of the parts under a lease and applies their rows,
/// each step in one target transaction. Joins with its first call and leaves when disposed.
/// </summary>
public interface IPartWriter : IAsyncDisposable
{
    /// <summary>The parts it held when it last looked.</summary>
    IReadOnlyList<int> Parts { get; }

    /// <summary>
    /// Waits for a step that a part of this worker has still to do; meanwhile takes free parts up to a fair share and gives
    /// back what is more.
    /// </summary>
    /// <param name="tables">The tables as this worker reads them, in the reader's order.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="Errors.OrchestratorException">
    /// Transient <c>E-CDC-002</c>: the lease ran out. Transient <c>E-CDC-003</c>: the tables are planned otherwise by now.
    /// After either this object is to be disposed; another one may join.
    /// </exception>
    Task<ApplyStep> NextAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>
    /// Applies what the step holds for the parts of this worker. Parts that have it already, because a commit whose answer
    /// was lost has happened, are left alone. After an error this object is to be disposed.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="batches">All transactions of the step, in commit order; each batch is disposed once it is written.</param>
    /// <param name="ct">Stops; nothing is committed then, or all.</param>
    Task<StepResult> ApplyAsync(ApplyStep step, IAsyncEnumerable<ChangeBatch> batches, CancellationToken ct);
}
