using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Api;

/// <summary>What happens with a migration, as it happens (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal sealed class EventRoutes(ServiceStore store, MigrationRoutes migrations, RunStore runs, IHostApplicationLifetime life, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet(
            "/migrations/{id}/events", async (string id, EventRoutes routes, Caller caller, CancellationToken ct) => await routes.OpenAsync(caller, id, ct))
        .WithTags("migrations").WithSummary("Server-sent events: migration (state), progress (figures), journal (steps).");

    private async Task<IResult> OpenAsync(Caller caller, string id, CancellationToken ct) =>
        await store.Of(caller.Tenant).MigrationAsync(id, ct) is { } migration ? TypedResults.ServerSentEvents(FollowAsync(caller, migration, ct)) : Problems.NotFound("migration");

    /// <summary>Each thing when it is first seen, then when it changes; until the reader goes, or the migration is deleted.</summary>
    private async IAsyncEnumerable<SseItem<object>> FollowAsync(Caller caller, MigrationRow migration, [EnumeratorCancellation] CancellationToken ct)
    {
        // A service that ends does not wait for its readers to go.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct, life.ApplicationStopping);
        MigrationView? said = null;
        DateTimeOffset? at = null;
        var line = 0L;
        while (await migrations.FindAsync(caller, migration.Id, ct) is { } view)
        {
            if (said is null || view with { Settings = said.Settings } != said) yield return new SseItem<object>(said = view, "migration");
            if (await ProgressRecorder.ReadAsync(runs, migration.Run, ct) is { } progress && progress.At != at)
            {
                at = progress.At;
                yield return new SseItem<object>(progress, "progress");
            }

            foreach (var entry in (await runs.JournalAsync(migration.Run, ct)).Where(e => e.Sequence > line))
            {
                line = entry.Sequence;
                yield return new SseItem<object>(JournalView.Of(entry), "journal");
            }

            await Task.Delay(Every, clock, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested) yield break;
        }
    }
}
