using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>
/// Ordinary statement triggers: sessions with <c>session_replication_role = replica</c> (the loader's and the
/// applier's) pass, applications are refused.
/// </summary>
public sealed class PgTargetFence(PgSession session, Guid runId, TimeProvider time) : ITargetFence
{
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RemoveWait = TimeSpan.FromSeconds(5);

    private readonly FenceText _text = new(runId, "target");
    private readonly PgFence _fence = new(session, new FenceText(runId, "target"), time);

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var function = $"EXECUTE {PgName.Literal(_text.ClosedWhileFilling(runId.ToString("N")))};";
        var blockers = await _fence.TryLockedAsync(
            connection, tables, lockWait => FenceSql.Close(tables, _text, function, always: false, lockWait), CloseWait, ct);
        if (blockers is null) return;
        throw new OrchestratorException(
            ErrorKind.Transient, "E-FENCE-001",
            $"The target's tables could not be fenced within {CloseWait.TotalSeconds:0} s because transactions hold locks: {string.Join("; ", blockers.Take(5))}.",
            "Let them end or end them: applications must not use the target yet.");
    }

    /// <inheritdoc/>
    public Task<FenceState> StateAsync(CancellationToken ct) => _fence.StateAsync(ct);

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await _fence.OpenAsync(connection, ct);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await _fence.OpenAsync(connection, ct);
        await _fence.RemoveAsync(connection, RemoveWait, ct);
    }
}
