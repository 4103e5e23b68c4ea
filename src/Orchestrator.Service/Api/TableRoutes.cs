using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Hosting;

namespace Orchestrator.Service.Api;

/// <param name="Schema">Schema in the source.</param>
/// <param name="Table">Table in the source.</param>
/// <param name="Activity"><c>waiting</c>, <c>copying</c>, <c>indexing</c>, <c>retrying</c> or <c>done</c>.</param>
/// <param name="RowsDone">Rows the load has committed on the target.</param>
/// <param name="RowsEstimate">Rows to load, as the source's statistics say.</param>
/// <param name="BytesDone">Bytes of the chunks that are committed.</param>
/// <param name="BytesPlanned">Bytes of all its chunks.</param>
/// <param name="Attempt">Number of the try while it is retried, else 0.</param>
/// <param name="Note">Which chunk of how many, which index, why it waits.</param>
internal sealed record TableLoadView(
    string Schema, string Table, TableActivity Activity, long RowsDone, long? RowsEstimate, long BytesDone, long? BytesPlanned, int Attempt, string Note)
{
    public static TableLoadView Of(TableProgress t) => new(t.Table.Schema, t.Table.Name, t.Activity, t.RowsDone, t.RowsEstimate, t.BytesDone, t.BytesPlanned, t.Attempt, t.Note);
}

/// <summary>The tables of a migration.</summary>
/// <param name="At">Of when the figures are; null: none were kept yet.</param>
/// <param name="Items">In the order of the load.</param>
internal sealed record TablesView(DateTimeOffset? At, IReadOnlyList<TableLoadView> Items);

/// <summary>How far the load of each table is, or how it ended.</summary>
internal sealed class TableRoutes(ServiceStore store, RunStore runs)
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet(
            "/migrations/{id}/tables", (string id, TableRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, id, ct))
        .WithTags("migrations").WithSummary("How far the load of each table and its chunks is, or how it ended.");

    private async Task<Results<Ok<TablesView>, ProblemHttpResult>> ListAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        return TypedResults.Ok(await RunMeter.LoadAsync(runs, migration.Run, ct) is { } progress ? new TablesView(progress.At, [.. progress.Tables.Select(TableLoadView.Of)]) : new TablesView(null, []));
    }
}
