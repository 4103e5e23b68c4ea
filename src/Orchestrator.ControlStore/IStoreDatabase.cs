using System.Data.Common;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>What keeps a store's tables. Transactions of all processes come one after the other.</summary>
internal interface IStoreDatabase : IAsyncDisposable
{
    /// <summary>Rows of a statement that only reads, as the last transaction left them.</summary>
    Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken ct);

    /// <summary>Runs work in one transaction that nobody else's comes between.</summary>
    Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken ct);

    /// <summary>Takes the right to drive a run.</summary>
    /// <param name="run">A run that is there.</param>
    /// <param name="raise">Raises the run's fence and returns it; called once the right is ours, in a transaction.</param>
    /// <param name="ct">Stops the waiting.</param>
    /// <returns>Null: somebody else has it.</returns>
    Task<IRunLease?> LeaseAsync(string run, Func<DbTransaction, Task<FencingToken>> raise, CancellationToken ct);

    /// <summary>Somebody has the right to drive the run.</summary>
    Task<bool> IsLeasedAsync(string run, CancellationToken ct);
}
