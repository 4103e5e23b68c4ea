using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Connections;
using Orchestrator.Service.Hosting;

namespace Orchestrator.Service.Api;

/// <param name="Number">From 0, in the order of the table's pages or keys.</param>
/// <param name="Rows">Rows of it.</param>
/// <param name="Bytes">Bytes of it as they travelled.</param>
/// <param name="DoneAt">When it was committed, by the target's clock.</param>
internal sealed record ChunkView(int Number, long Rows, long Bytes, DateTimeOffset DoneAt);

/// <summary>A table's load by the target's own word.</summary>
/// <param name="SnapshotPosition">Its rows are those of this position of the source's log.</param>
/// <param name="Complete">All its chunks are in.</param>
/// <param name="ChunksDone">How many are in.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Bytes of them as they travelled.</param>
/// <param name="Chunks">Those that are in, by number.</param>
internal sealed record TableRecordView(string SnapshotPosition, bool Complete, long ChunksDone, long Rows, long Bytes, Page<ChunkView> Chunks);

/// <param name="At">Of when <paramref name="Load"/> is; null: nothing was kept yet.</param>
/// <param name="Load">As in the list of tables; null: nothing was kept yet.</param>
/// <param name="Target">What the target's records say now; null: the load has not begun, or the run is over and its records are gone.</param>
internal sealed record TableDetailView(DateTimeOffset? At, TableLoadView? Load, TableRecordView? Target);

/// <summary>One table of a migration, with the chunks of it that are in.</summary>
internal sealed class TableDetailRoutes(ServiceStore store, RunStore runs, ReachableUrls urls, IDatabases databases)
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet(
            "/migrations/{id}/tables/{schema}/{table}", (string id, string schema, string table, string? cursor, int? limit, TableDetailRoutes routes, Caller caller, CancellationToken ct) =>
                routes.GetAsync(caller, id, new TableRef(schema, table), cursor, limit, ct))
        .WithTags("migrations").WithSummary("One table: how far its load is, and its chunks that are done, as the target has them.");

    private async Task<Results<Ok<TableDetailView>, NoContent, ProblemHttpResult>> GetAsync(Caller caller, string id, TableRef table, string? cursor, int? limit, CancellationToken ct)
    {
        var after = -1;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return Problems.Invalid(new Dictionary<string, string> { ["cursor"] = "as a list gave it" });
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        var progress = await RunMeter.LoadAsync(runs, migration.Run, ct);
        var load = progress?.Tables.FirstOrDefault(t => t.Table == table);
        var run = await runs.FindAsync(migration.Run, ct);
        var target = run is not null && HasRecords(run) ? await RecordAsync(migration, run, table, after, limit, ct) : null;
        if (load is not null || target is not null) return TypedResults.Ok(new TableDetailView(progress?.At, load is null ? null : TableLoadView.Of(load), target));
        // Before the load nobody knows which tables there are.
        return progress is null && (run is null || !HasRecords(run)) ? TypedResults.NoContent() : Problems.NotFound("table");
    }

    private async Task<TableRecordView?> RecordAsync(MigrationRow migration, RunRecord run, TableRef table, int after, int? limit, CancellationToken ct)
    {
        // The run's own URL: the connection may be another one since it was started.
        var url = await urls.OpenAsync(migration.Tenant, (await runs.OptionsAsync(run.Name, ct)).TargetUrl, ct);
        LoadedTable? found = null;
        var chunks = await Page<ChunkView>.OfAsync(
            limit, async n => (found = await databases.LoadedAsync(url, run, table, after, n, ct))?.Chunks ?? [], c => c.Number.ToString(CultureInfo.InvariantCulture),
            c => new ChunkView(c.Number, c.Rows, c.Bytes, c.DoneAt));
        return found is null ? null : new TableRecordView(found.SnapshotPosition, found.Complete, found.ChunksDone, found.Rows, found.Bytes, chunks);
    }

    /// <summary>The load has begun, and was not taken back: otherwise the target is not asked.</summary>
    private static bool HasRecords(RunRecord run) =>
        (run.State == RunState.Failed ? run.FailedIn : run.State) is RunState.FullLoad or RunState.Cdc or RunState.Validation or RunState.Cutover or RunState.Complete;
}
