using System.Globalization;
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

/// <summary>What is done with a migration. All of it is only begun here: 202, and the migration tells how it ended.</summary>
internal sealed class RunRoutes(ServiceStore store, RunStore runs, MigrationRoutes migrations, ApprovalRoutes approvals, RunHost host)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var migration = api.MapGroup("/migrations/{id}").WithTags("migrations").AddEndpointFilter<Idempotency>();
        var user = Caller.Word(Role.User);
        migration.MapPost("/start", (string id, RunRoutes routes, Caller caller, CancellationToken ct) => routes.WantAsync(caller, id, ct)).RequireAuthorization(user).WithSummary("Starts it, or goes on with one that was paused or failed.");
        migration.MapPost("/retry", (string id, RunRoutes routes, Caller caller, CancellationToken ct) => routes.RetryAsync(caller, id, ct)).RequireAuthorization(user).WithSummary("Begins a migration again whose last drive failed; tables that are complete are not copied again.");
        migration.MapPost("/pause", (string id, RunRoutes routes, Caller caller, CancellationToken ct) => routes.PauseAsync(caller, id, ct)).RequireAuthorization(user).WithSummary("Stops cleanly; the source keeps its log meanwhile.");
        migration.MapPost("/validate", (string id, RunRoutes routes, Caller caller, CancellationToken ct) => routes.AskAsync(caller, id, RunRequest.Validate, ct)).RequireAuthorization(user).WithSummary("Compares every row of both sides.");
        migration.MapPost("/cutover", (string id, ConfirmBody body, RunRoutes routes, Caller caller, CancellationToken ct) => routes.ConfirmedAsync(caller, id, body, RunRequest.Cutover, ct)).RequireAuthorization(user).WithSummary("Switches over; confirm with the migration's name. Where the tenant requires approval, 202 gives the approval that somebody else has to decide.");
        migration.MapPost("/rollback", (string id, ConfirmBody body, RunRoutes routes, Caller caller, CancellationToken ct) => routes.ConfirmedAsync(caller, id, body, RunRequest.Rollback, ct)).RequireAuthorization(user).WithSummary("Removes all it created; confirm with the migration's name. Approval as for cutover.");
        migration.MapGet("/requests/{request}", (string id, string request, RunRoutes routes, Caller caller, CancellationToken ct) => routes.RequestAsync(caller, id, request, ct)).RequireAuthorization(user).WithSummary("How the driving process answered what it was asked for; reading it also says that somebody still waits.");
    }

    private async Task<Results<Ok<RequestView>, ProblemHttpResult>> RequestAsync(Caller caller, string id, string request, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        return long.TryParse(request, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && await runs.FindRequestAsync(migration.Run, number, ct) is { } asked
            ? TypedResults.Ok(RequestView.Of(asked)) : Problems.NotFound("request");
    }

    private async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> WantAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await migrations.FindAsync(caller, id, ct) is not { } migration) return Problems.NotFound("migration");
        if (migration.State is RunState.Complete or RunState.RolledBack) return Problems.Conflict($"It is {Word(migration.State)}.", "Create a new migration.");
        // An automatic cutover would be one nobody else looked at.
        if (migration.Settings.Cutover == CutoverMode.Auto && await store.Of(caller.Tenant).RequiresApprovalAsync(ct))
            return Problems.Conflict("Its cutover is automatic, and the tenant requires approval.", "Create a migration with cutover manual.");
        await store.Of(caller.Tenant).StartAsync(id, ct);
        return await AcceptedAsync(caller, id, "", ct);
    }

    private async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> RetryAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await migrations.FindAsync(caller, id, ct) is not { } migration) return Problems.NotFound("migration");
        return migration is { Wanted: false, Driven: false, LastAction: "drive", LastExit: not (null or 0) }
            ? await WantAsync(caller, id, ct)
            : Problems.Conflict("Nothing of it failed that could be tried again.", "See state and last_result; start begins it or goes on with it.");
    }

    private async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> PauseAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await migrations.FindAsync(caller, id, ct) is not { } migration) return Problems.NotFound("migration");
        if (migration.State == RunState.Cutover) return Problems.Conflict("It is switching over.", "Wait for the end of the cutover, or roll back.");
        await store.Of(caller.Tenant).StopAsync(id, ct);
        return await AcceptedAsync(caller, id, "", ct);
    }

    private async Task<Results<Accepted<MigrationView>, Accepted<ApprovalView>, ProblemHttpResult>> ConfirmedAsync(Caller caller, string id, ConfirmBody body, RunRequest request, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        if (body.Confirm != migration.Name) return Problems.Invalid(new Dictionary<string, string> { ["confirm"] = "the migration's name" });
        if (await store.Of(caller.Tenant).RequiresApprovalAsync(ct)) return Widened(await approvals.AskAsync(caller, migration, request, ct));
        return Widened(await AskAsync(caller, id, request, ct));
    }

    private static Results<Accepted<MigrationView>, Accepted<ApprovalView>, ProblemHttpResult> Widened<T>(Results<Accepted<T>, ProblemHttpResult> answer) => answer.Result switch
    {
        Accepted<MigrationView> begun => begun,
        Accepted<ApprovalView> asked => asked,
        var problem => (ProblemHttpResult)problem,
    };

    private async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> AskAsync(Caller caller, string id, RunRequest request, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } row || await migrations.FindAsync(caller, id, ct) is not { } migration) return Problems.NotFound("migration");
        if (migration.State is null) return Problems.Conflict("It was not started yet.", "Start it first.");
        return await host.AskAsync(row, request, ct) is { } asked
            ? await AcceptedAsync(caller, id, asked.Request is { } number ? string.Create(CultureInfo.InvariantCulture, $"/requests/{number}") : "", ct)
            : Problems.Conflict("Something else is being done with it.", "Try again when that has ended.");
    }

    /// <param name="watch">Below the migration: where the answer will be; empty: the migration itself tells.</param>
    private async Task<Results<Accepted<MigrationView>, ProblemHttpResult>> AcceptedAsync(Caller caller, string id, string watch, CancellationToken ct) =>
        TypedResults.Accepted($"/api/migrations/{id}{watch}", (await migrations.FindAsync(caller, id, ct))!);

    private static string Word(RunState? state) => state == RunState.Complete ? "complete" : "rolled back";
}
