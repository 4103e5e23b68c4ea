using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.FullLoad;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>
/// Schema, rows, indexes, constraints. After a crash, tables that are complete stay; the others are emptied and loaded
/// again from a new snapshot, whose position their changes then start at. Foreign keys come last, when all tables show
/// one moment again.
/// </summary>
public sealed class FullLoadPhase : IMigrationPhase
{
    private const int SnapshotsAtMost = 5;

    public RunState State => RunState.FullLoad;

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        var started = run.Time.GetTimestamp();
        var plan = await run.PlanAsync(ct);
        var progress = run.Board.Load = new LoadProgress(plan.Tables);
        run.Board.Enter("schema");
        await run.Target.Ledger.OpenAsync(plan.DatabaseIdentity, run.Fence, ct);
        CrashPoint.Hit("load:ledger-open");
        if (run.Options.Strategy == MigrationStrategy.CdcOnly) await AdoptRowsAsync(run, plan, ct);
        else await LoadAsync(run, plan, progress, ct);
        var loaded = (await run.Target.Ledger.ReadAsync(ct))!.Tables;
        run.Report = run.Report with { RowsCopied = loaded.Sum(t => t.Rows), LoadMs = run.Time.GetElapsedTime(started).TotalMilliseconds };
        return await EndAsync(run, plan, ct);
    }

    private static async Task<PhaseResult> EndAsync(RunContext run, SourceInventory plan, CancellationToken ct)
    {
        run.Board.Safety = "both loaded, source writable";
        if (run.Options.Strategy != MigrationStrategy.ParallelBatch) return new PhaseResult(MigrationTrigger.Loaded, "rows, indexes and constraints are in");
        await run.Target.Sequences.WriteAsync(await run.Source.Catalog.ReadSequencesAsync(plan.Sequences, ct), ct);
        if (run.Options.Validate) return new PhaseResult(MigrationTrigger.Copied, "copied; changes are not followed");
        await Completion.OpenCopyAsync(run, ct);
        return new PhaseResult(MigrationTrigger.Finished, "copied; changes are not followed, nothing was compared");
    }

    private static async Task LoadAsync(RunContext run, SourceInventory plan, LoadProgress progress, CancellationToken ct)
    {
        await run.Target.Schema.CreatePreDataAsync(plan.Tables, ct);
        await run.Target.Fence.CloseAsync(plan.Tables, ct);
        run.Board.Enter("full-load");
        await CopyAllAsync(run, plan, progress, ct);
        run.Board.Enter("indexes");
        await CatchUpMixedPositionsAsync(run, ct);
        await run.Target.Schema.CreatePostDataAsync(plan.Tables, ct);
    }

    /// <summary>Copies what is not complete, with a new snapshot each time the old one is lost.</summary>
    private static async Task CopyAllAsync(RunContext run, SourceInventory plan, LoadProgress progress, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var state = (await run.Target.Ledger.ReadAsync(ct))!;
                var complete = CompleteTables(run, state, plan);
                await using var runner = new FullLoadRunner(run.Target, run.Fence, run.Options.ParallelWorkers, run.Time, run.Board.Notify) { IsShared = run.Options.ShareLoad };
                foreach (var table in plan.Tables.Where(t => complete.ContainsKey(t.Table)))
                    progress.LoadedBefore(table, complete[table.Table].Rows);
                await CopyAsync(run, state, plan, [.. plan.Tables.Where(t => !complete.ContainsKey(t.Table))], runner, progress, ct);
                foreach (var table in plan.Tables.Where(t => complete.ContainsKey(t.Table))) await runner.FinishTableAsync(table, progress, ct);
                await runner.FinishAsync(ct);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && attempt < SnapshotsAtMost
                && run.Source.Describe(e, "Copying") is { Kind: ErrorKind.Transient } error)
            {
                run.Board.Notify(new RunNotice(
                    NoticeLevel.Warning, "the snapshot is lost: tables not complete are loaded again from a new one",
                    new("code", error.Code), new("attempt", $"{attempt + 1}/{SnapshotsAtMost}"), new("why", error.Message)));
                await Task.Delay(TimeSpan.FromSeconds(2), run.Time, ct);
            }
        }
    }

    /// <summary>A copy without changes must be of one moment: after an interruption it starts anew.</summary>
    private static Dictionary<TableRef, TableLoadState> CompleteTables(RunContext run, LedgerState state, SourceInventory plan)
    {
        var complete = state.Tables.Where(t => t.Complete).ToDictionary(t => t.Table);
        if (run.Options.Strategy == MigrationStrategy.ParallelBatch && complete.Count < plan.Tables.Count) return [];
        var whole = CascadeGroups.Whole(plan.Tables, complete.Keys.ToHashSet());
        return complete.Where(t => whole.Contains(t.Key)).ToDictionary(t => t.Key, t => t.Value);
    }

    private static async Task CopyAsync(
        RunContext run, LedgerState state, SourceInventory plan, List<TableSchema> tables, FullLoadRunner runner, LoadProgress progress, CancellationToken ct)
    {
        // With nothing to copy there may still be no position yet: an empty database is followed too.
        if (tables.Count == 0 && (state.Checkpoint is not null || run.Options.Strategy == MigrationStrategy.ParallelBatch)) return;
        await using var snapshot = await OpenSnapshotAsync(run, state, plan, ct);
        if (snapshot.Notice is { } notice) run.Board.Notify(notice);
        await CheckUnchangedAsync(run, plan, ct);
        if (snapshot.Rejected is { } rejected) await RecordAsync(rejected, run, ct);
        var started = run.Time.GetTimestamp();
        await runner.CopyAsync(snapshot, tables, progress, ct);
        run.Report = run.Report with { CopyMs = run.Time.GetElapsedTime(started).TotalMilliseconds };
    }

    /// <summary>Kept at once: a run that goes on after its tables are complete does not look for them again.</summary>
    private static async Task RecordAsync(RejectedRows rejected, RunContext run, CancellationToken ct)
    {
        run.Report = run.Report with { Rejected = rejected };
        await run.SaveReportAsync(ct);
        foreach (var table in rejected.Tables)
            run.Board.Notify(new RunNotice(NoticeLevel.Warning, "rows rejected", new("table", table.Table.ToString()), new("rows", $"{table.Rows}"), new("stash", rejected.Stash)));
    }

    private static async Task<ISnapshot> OpenSnapshotAsync(RunContext run, LedgerState state, SourceInventory plan, CancellationToken ct)
    {
        if (run.Options.Strategy == MigrationStrategy.ParallelBatch) return await run.Source.Capture.TakeViewAsync(plan.Tables, ct);
        if (state.Checkpoint is not null) return await run.Source.Capture.TakeSnapshotAsync(plan.Tables, ct);
        CrashPoint.Hit("load:before-slot");
        var snapshot = await run.Source.Capture.CreateAsync(plan.Tables, ct);
        CrashPoint.Hit("load:slot-created");
        // From here on the slot is the run's: a crash before this line leaves one that CreateAsync replaces.
        await run.Target.Ledger.StartChangesAsync(snapshot.Position, run.Fence, ct);
        CrashPoint.Hit("load:position-recorded");
        return snapshot;
    }

    private static async Task CheckUnchangedAsync(RunContext run, SourceInventory plan, CancellationToken ct)
    {
        var now = await run.Source.Catalog.ReadAsync(run.Options.Tables, ct);
        if (PlanDrift.Describe(plan, now) is { } difference)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-DDL-003", $"The source's structure changed since the run was planned: {difference}.",
                "Undo the change and resume, or roll this run back and start a new one.");
        }
    }

    /// <summary>Tables loaded from different snapshots disagree until changes up to the latest one are applied; foreign keys cannot hold before.</summary>
    private static async Task CatchUpMixedPositionsAsync(RunContext run, CancellationToken ct)
    {
        var state = (await run.Target.Ledger.ReadAsync(ct))!;
        var latest = state.Tables.Select(t => t.SnapshotPosition).Max();
        if (latest is null || state.Checkpoint is null || state.Checkpoint.Position >= latest) return;
        await using var changes = await ChangeSession.StartAsync(run, ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, changes.Failed);
        try
        {
            await changes.Flow.WaitForPositionAsync(latest, either.Token);
        }
        catch (OperationCanceledException) when (changes.Fault is not null)
        {
            throw changes.Fault;
        }
    }

    /// <summary>The target holds the rows already: record where its changes start.</summary>
    private static async Task AdoptRowsAsync(RunContext run, SourceInventory plan, CancellationToken ct)
    {
        await run.Target.Fence.CloseAsync(plan.Tables, ct);
        await run.Target.Schema.DisableTriggersAsync(plan.Tables, ct);
        if ((await run.Target.Ledger.ReadAsync(ct))!.Checkpoint is not null) return;
        // A slot of a try that was killed stands where the rows of both sides were alike; a new one would stand later.
        var position = (await run.Source.Capture.StatusAsync(ct))?.Confirmed;
        if (position is null)
        {
            await using var snapshot = await run.Source.Capture.CreateAsync(plan.Tables, ct);
            position = snapshot.Position;
        }

        CrashPoint.Hit("load:rows-slot-created");
        await run.Target.Ledger.AdoptTablesAsync(plan.Tables, position, run.Fence, ct);
        await run.Target.Ledger.StartChangesAsync(position, run.Fence, ct);
    }
}
