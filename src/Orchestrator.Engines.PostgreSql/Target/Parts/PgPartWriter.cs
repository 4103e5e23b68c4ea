using Npgsql;
using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Apply;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// One worker. A step of its parts is one transaction, which locks those parts and the step: nobody takes them over, and no
/// other process takes the run over, until it ends.
/// </summary>
/// <param name="session">The target.</param>
/// <param name="run">The run's key in the ledger.</param>
/// <param name="name">For people: which process it is.</param>
/// <param name="time">Paces the renewals.</param>
public sealed class PgPartWriter(PgSession session, string run, string name, TimeProvider time) : IPartWriter
{
    private static readonly TimeSpan ShareEvery = TimeSpan.FromSeconds(1);

    private readonly RowWriter _rows = new(session);
    private NpgsqlConnection? _writes;
    private NpgsqlConnection? _looks;
    private StepSignal? _signal;
    private WorkerLease? _lease;
    private long? _sharedAt;

    public IReadOnlyList<int> Parts { get; private set; } = [];

    public async Task<ApplyStep> NextAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await JoinAsync(ct);
        var shape = PlanShape.Of(tables);
        while (true)
        {
            _lease!.ThrowIfLost();
            _signal!.Reset();
            if (_sharedAt is not { } at || time.GetElapsedTime(at) > ShareEvery)
            {
                Parts = await PartShares.ShareAsync(_lease, run, _looks!, ct);
                _sharedAt = time.GetTimestamp();
            }

            if (await OpenStepAsync(ct) is { } open)
            {
                if (open.Shape != shape) throw new OrchestratorException(ErrorKind.Transient, "E-CDC-003", "The driving process follows the tables by another plan: this worker reads it and joins again.");
                return open.Step;
            }

            await _signal.WaitAsync(ct);
        }
    }

    public async Task<StepResult> ApplyAsync(ApplyStep step, IAsyncEnumerable<ChangeBatch> batches, CancellationToken ct)
    {
        await using var reading = batches.GetAsyncEnumerator(ct);
        // Before anything is locked: it may have to be fetched first.
        var isThere = await reading.MoveNextAsync();
        await using var transaction = await _writes!.BeginTransactionAsync(ct);
        if (await LockAsync(step, ct) is not { } filter) return default;
        var (rows, drift) = (0L, 0L);
        while (isThere)
        {
            var mine = filter.Of(reading.Current);
            drift += await _rows.WriteAsync(_writes, mine, ct);
            rows += mine.Changes.Length;
            reading.Current.Dispose();
            isThere = await reading.MoveNextAsync();
        }

        CrashPoint.Hit("apply:part-written");
        // What several parts did together is booked on one: only the sums over all of them mean anything.
        var parts = await _writes.RunAsync(
            """
            UPDATE orchestrator.apply_part p SET step = $3,
                rows = rows + CASE WHEN part = (SELECT min(part) FROM orchestrator.apply_part WHERE run = $1 AND token = $2 AND step < $3) THEN $4 ELSE 0 END,
                drift = drift + CASE WHEN part = (SELECT min(part) FROM orchestrator.apply_part WHERE run = $1 AND token = $2 AND step < $3) THEN $5 ELSE 0 END
            WHERE run = $1 AND token = $2 AND step < $3
            """, ct, run, _lease!.Token, step.Number, rows, drift);
        await _writes.RunAsync($"NOTIFY {PartTables.Channel}", ct);
        await transaction.CommitAsync(ct);
        CrashPoint.Hit("apply:part-committed");
        return new StepResult(parts, rows);
    }

    public async ValueTask DisposeAsync()
    {
        // First, because its transaction may hold the parts.
        if (_writes is not null) await _writes.DisposeAsync();
        if (_lease is not null) await _lease.DisposeAsync();
        if (_looks is not null) await _looks.DisposeAsync();
    }

    private async Task JoinAsync(CancellationToken ct)
    {
        if (_lease is not null) return;
        _looks = await session.OpenAsync(ct);
        _signal = await StepSignal.ListenAsync(_looks, ct);
        _writes = await _rows.OpenAsync(ct);
        _lease = await WorkerLease.JoinAsync(session, run, WorkerLease.Apply, name, _writes, time, ct);
    }

    /// <summary>The step that is open, if a part of ours has not done it.</summary>
    private async Task<(ApplyStep Step, string Shape)?> OpenStepAsync(CancellationToken ct)
    {
        var open = await _looks!.ListAsync(
            """
            SELECT s.number, s.from_position, s.to_position, s.shape FROM orchestrator.apply_step s JOIN orchestrator.run r USING (run)
            WHERE s.run = $1 AND s.is_open AND s.fence = r.fence
              AND EXISTS (SELECT FROM orchestrator.apply_part p WHERE p.run = s.run AND p.token = $2 AND p.step < s.number)
            """,
            r => (new ApplyStep(r.GetInt64(0), SourcePosition.Parse(r.GetString(1)), SourcePosition.Parse(r.GetString(2))), r.GetString(3)), ct, run, _lease!.Token);
        return open.Count == 0 ? null : open[0];
    }

    /// <returns>Which changes are ours; null: the step is over, or announced anew, or our parts are another's.</returns>
    private async Task<PartFilter?> LockAsync(ApplyStep step, CancellationToken ct)
    {
        await _writes!.RunAsync("SET CONSTRAINTS ALL DEFERRED", ct);
        var announced = await _writes!.ListAsync(
            """
            SELECT s.fixed_tables, s.fixed_parts, s.in_one_part, (SELECT count(*)::int FROM orchestrator.apply_part p WHERE p.run = s.run)
            FROM orchestrator.apply_step s JOIN orchestrator.run r USING (run)
            WHERE s.run = $1 AND s.number = $2 AND s.is_open AND s.fence = r.fence FOR SHARE OF s, r
            """,
            r => (r.GetFieldValue<string[]>(0), r.GetFieldValue<int[]>(1), r.GetBoolean(2), r.GetInt32(3)), ct, run, step.Number);
        var mine = await _writes!.ListAsync(
            "SELECT part FROM orchestrator.apply_part WHERE run = $1 AND token = $2 AND step < $3 ORDER BY part FOR UPDATE",
            r => r.GetInt32(0), ct, run, _lease!.Token, step.Number);
        if (announced.Count == 0 || mine.Count == 0) return null;
        var (tables, homes, inOnePart, parts) = announced[0];
        return inOnePart ? PartFilter.AllOrNothing(mine.Contains(0))
            : new PartFilter(parts, mine.ToHashSet(), tables.Zip(homes).ToDictionary(h => h.First, h => h.Second, StringComparer.Ordinal));
    }
}
