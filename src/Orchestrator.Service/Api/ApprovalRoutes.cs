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

/// <param name="Id">Id.</param>
/// <param name="Action"><c>cutover</c>, <c>rollback</c>, or <c>require_approval=false</c>.</param>
/// <param name="MigrationId">The migration it is about; null: the tenant.</param>
/// <param name="Name">Name of what it is about.</param>
/// <param name="AskedBy">Who asked.</param>
/// <param name="AskedAt">When.</param>
/// <param name="ExpiresAt">From when on it cannot be decided any more.</param>
/// <param name="Decision"><c>pending</c>, <c>approved</c>, <c>rejected</c> or <c>lapsed</c>.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="DecidedAt">When.</param>
internal sealed record ApprovalView(
    string Id, string Action, string? MigrationId, string Name, string AskedBy, string AskedAt, string ExpiresAt, string Decision, string? DecidedBy, string? DecidedAt);

/// <summary>Four eyes: what one person asked for, another approves or rejects. What is approved is carried out at once, as it was asked.</summary>
internal sealed class ApprovalRoutes(ServiceStore store, RunStore runs, RunHost host, TimeProvider clock)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(24);

    public static void Map(IEndpointRouteBuilder api)
    {
        var approvals = api.MapGroup("/approvals").WithTags("approvals").AddEndpointFilter<Idempotency>();
        approvals.MapGet("/", (string? cursor, int? limit, ApprovalRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, cursor, limit, ct)).WithSummary("What was asked for, decided or not.");
        approvals.MapGet("/{id}", (string id, ApprovalRoutes routes, Caller caller, CancellationToken ct) => routes.GetAsync(caller, id, ct)).WithSummary("One approval.");
        approvals.MapPost("/{id}/approve", (string id, ApprovalRoutes routes, Caller caller, HttpContext http) => routes.ApproveAsync(caller, id, http))
            .RequireAuthorization(Caller.Word(Role.User), Caller.Person).WithSummary("Approves what somebody else asked for, and begins it.");
        approvals.MapPost("/{id}/reject", (string id, ApprovalRoutes routes, Caller caller, HttpContext http) => routes.RejectAsync(caller, id, http))
            .RequireAuthorization(Caller.Word(Role.User), Caller.Person).WithSummary("Rejects what somebody else asked for.");
    }

    /// <summary>Keeps what the caller wants to be done to a run.</summary>
    public async Task<Results<Accepted<ApprovalView>, ProblemHttpResult>> AskAsync(Caller caller, MigrationRow migration, RunRequest request, CancellationToken ct) =>
        await runs.FindAsync(migration.Run, ct) is not { } run
            ? Problems.Conflict("It was not started yet.", "Start it first.")
            : await AskAsync(caller, new ApprovalRow { Action = Word(request), Migration = migration.Id, Name = migration.Name, RunId = run.Id.ToString(), RunState = run.State.ToString() }, ct);

    /// <summary>Keeps that the caller wants approvals to be no longer needed.</summary>
    public Task<Results<Accepted<ApprovalView>, ProblemHttpResult>> AskForSettingAsync(Caller caller, string tenant, CancellationToken ct) =>
        AskAsync(caller, new ApprovalRow { Action = ApprovalRow.SettingOff, Name = tenant }, ct);

    private async Task<Results<Accepted<ApprovalView>, ProblemHttpResult>> AskAsync(Caller caller, ApprovalRow what, CancellationToken ct)
    {
        var tenant = store.Of(caller.Tenant);
        var asked = what with
        {
            Id = Guid.CreateVersion7().ToString(), AskedBy = caller.Account, AskedEmail = caller.Email, ExpiresAt = (clock.GetUtcNow() + Lasts).UtcDateTime.ToString("O"),
        };
        return await tenant.AskForApprovalAsync(asked, ct)
            ? TypedResults.Accepted($"/api/approvals/{asked.Id}", View((await tenant.ApprovalAsync(asked.Id, ct))!))
            : Problems.Conflict("Somebody asked for it already.", "See GET /api/approvals: another person than the asker decides.");
    }

    private async Task<Ok<Page<ApprovalView>>> ListAsync(Caller caller, string? cursor, int? limit, CancellationToken ct) => TypedResults.Ok(
        await Page<ApprovalView>.OfAsync(limit, n => store.Of(caller.Tenant).ApprovalsAsync(cursor ?? "", n, ct), a => a.Id, View));

    private async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> GetAsync(Caller caller, string id, CancellationToken ct) =>
        await store.Of(caller.Tenant).ApprovalAsync(id, ct) is { } approval ? TypedResults.Ok(View(approval)) : Problems.NotFound("approval");

    private async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> ApproveAsync(Caller caller, string id, HttpContext http)
    {
        var tenant = store.Of(caller.Tenant);
        if (await tenant.ApprovalAsync(id, http.RequestAborted) is not { } approval) return Problems.NotFound("approval");
        AuditRoutes.Name(http, $"{id} {approval.Action} {approval.Name}");
        // From here on nobody who goes away stops it half-way.
        if (!await tenant.ApproveAsync(id, caller.Account, caller.Email, CancellationToken.None)) return await RefusedAsync(caller, id);
        if (approval.Migration is not null && !await BeginAsync(caller, approval)) return Problems.Conflict("Something else is being done with it.", "Approve it when that has ended.");
        return TypedResults.Ok(View((await tenant.ApprovalAsync(id, CancellationToken.None))!));
    }

    private async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> RejectAsync(Caller caller, string id, HttpContext http)
    {
        var tenant = store.Of(caller.Tenant);
        if (await tenant.ApprovalAsync(id, http.RequestAborted) is not { } approval) return Problems.NotFound("approval");
        AuditRoutes.Name(http, $"{id} {approval.Action} {approval.Name}");
        return await tenant.RejectAsync(id, caller.Account, caller.Email, CancellationToken.None)
            ? TypedResults.Ok(View((await tenant.ApprovalAsync(id, CancellationToken.None))!))
            : await RefusedAsync(caller, id);
    }

    private async Task<bool> BeginAsync(Caller caller, ApprovalRow approval)
    {
        var tenant = store.Of(caller.Tenant);
        var begun = false;
        try
        {
            begun = await tenant.MigrationAsync(approval.Migration!, CancellationToken.None) is { } migration
                && await host.AskAsync(migration, Enum.Parse<RunRequest>(approval.Action, ignoreCase: true), CancellationToken.None) is not null;
            return begun;
        }
        finally
        {
            if (!begun) await tenant.TakeApprovalBackAsync(approval.Id, caller.Account, CancellationToken.None);
        }
    }

    /// <summary>Why the store did not take the decision.</summary>
    private async Task<ProblemHttpResult> RefusedAsync(Caller caller, string id)
    {
        var approval = (await store.Of(caller.Tenant).ApprovalAsync(id, CancellationToken.None))!;
        return (View(approval).Decision, approval) switch
        {
            (ApprovalRow.Pending, { AskedBy: var asker }) when asker == caller.Account => Problems.Conflict("You asked for it yourself.", "Another person has to decide."),
            (ApprovalRow.Pending, { Migration: null }) when caller.Role < Role.Admin => Problems.Of(StatusCodes.Status403Forbidden, "E-AUTH-002", "Your role does not allow this.", "Ask an administrator of your tenant."),
            (ApprovalRow.Pending, _) => Problems.Conflict("What it was asked about has changed since, or who asked may not do it any more.", "Reject it, and ask anew."),
            var (decision, _) => Problems.Conflict($"It is {decision} already.", "Ask anew."),
        };
    }

    private ApprovalView View(ApprovalRow a) => new(
        a.Id, a.Action, a.Migration, a.Name, a.AskedEmail, a.AskedAt, a.ExpiresAt,
        a.Decision == ApprovalRow.Pending && string.CompareOrdinal(a.ExpiresAt, clock.GetUtcNow().UtcDateTime.ToString("O")) <= 0 ? ApprovalRow.Lapsed : a.Decision, a.DecidedEmail, a.DecidedAt);

    private static string Word(RunRequest request) => request.ToString().ToLowerInvariant();
}
