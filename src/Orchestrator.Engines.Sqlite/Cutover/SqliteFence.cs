using Orchestrator.Core.Cutover;
using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Source;

namespace Orchestrator.Engines.Sqlite.Cutover;

/// <summary>There is none: without a log nothing is switched over, and the files are only read.</summary>
internal sealed class SqliteFence : ISourceFence, IOpenTransactions
{
    public Task CloseAsync(IReadOnlyList<TableSchema> tables, TimeSpan lease, TimeSpan wait, CancellationToken ct) => throw NoLog.Error();

    public Task ProbeAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw NoLog.Error();

    public Task MakePermanentAsync(CancellationToken ct) => throw NoLog.Error();

    public Task<FenceState> StateAsync(CancellationToken ct) => Task.FromResult(FenceState.Open);

    public Task LiftAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<bool> ReleaseAsync(CancellationToken ct) => Task.FromResult(true);

    /// <summary>SQLite does not tell who holds a lock.</summary>
    public Task<IReadOnlyList<OpenTransaction>> ReadAsync(IReadOnlyList<TableSchema> tables, TimeSpan olderThan, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<OpenTransaction>>([]);
}
