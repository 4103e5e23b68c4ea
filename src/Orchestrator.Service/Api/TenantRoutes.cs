using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="RequireApproval">Cutover and rollback need a second person.</param>
internal sealed record TenantView(string Id, string Name, bool RequireApproval);

/// <param name="RequireApproval">Cutover and rollback need a second person; switching it off does, too.</param>
internal sealed record SettingsBody(bool? RequireApproval);

/// <param name="Email">Whom to invite; a member of the tenant gets a new password by it.</param>
/// <param name="Role"><c>viewer</c>, <c>user</c> or <c>admin</c>; of a member it stays as it is.</param>
internal sealed record InviteBody(string? Email, string? Role);

/// <param name="Token">For <c>POST /api/auth/join</c>; shown this once, hand it to the invited person.</param>
/// <param name="ExpiresAt">From when on it is worthless.</param>
internal sealed record InviteView(string Token, DateTimeOffset ExpiresAt);

/// <param name="Role">The new role; absent: as it is.</param>
/// <param name="Active">False closes the account; absent: as it is.</param>
internal sealed record ChangeUserBody(string? Role, bool? Active);

/// <summary>The caller's tenant and its people.</summary>
internal sealed class TenantRoutes(ServiceStore store, ApprovalRoutes approvals, TimeProvider clock)
{
    private static readonly TimeSpan InvitationLasts = TimeSpan.FromDays(7);

    public static void Map(IEndpointRouteBuilder api)
    {
        var tenant = api.MapGroup("/tenant").WithTags("tenant");
        tenant.MapGet("/", (TenantRoutes routes, Caller caller, CancellationToken ct) => routes.GetAsync(caller, ct)).WithSummary("The caller's tenant.");
        tenant.MapPut("/settings", (SettingsBody body, TenantRoutes routes, Caller caller, CancellationToken ct) => routes.SettingsAsync(caller, body, ct))
            .RequireAuthorization(Caller.Word(Role.Admin), Caller.Person).WithSummary("Whether cutover and rollback need a second person. Switching that off does, too: 202 gives the approval.");
        tenant.MapGet("/users", (string? cursor, int? limit, TenantRoutes routes, Caller caller, CancellationToken ct) => routes.UsersAsync(caller, cursor, limit, ct)).WithSummary("Its people.");
        tenant.MapPost("/invite", (InviteBody body, TenantRoutes routes, Caller caller, HttpContext http) => routes.InviteAsync(caller, body, http))
            .RequireAuthorization(Caller.Word(Role.Admin), Caller.Person).WithSummary("Invites somebody, or lets a member choose a new password.");
        tenant.MapPatch("/users/{id}", (string id, ChangeUserBody body, TenantRoutes routes, Caller caller, CancellationToken ct) => routes.ChangeAsync(caller, id, body, ct))
            .RequireAuthorization(Caller.Word(Role.Admin), Caller.Person).WithSummary("Changes a role, or closes an account; its tokens are worthless then.");
    }

    private async Task<Ok<TenantView>> GetAsync(Caller caller, CancellationToken ct) => TypedResults.Ok(await ViewAsync(caller, ct));

    private async Task<TenantView> ViewAsync(Caller caller, CancellationToken ct) => await store.TenantAsync(caller.Tenant, ct) is { } t
        ? new TenantView(t.Id, t.Name, await store.Of(t.Id).RequiresApprovalAsync(ct))
        : throw new InvalidOperationException("an account without a tenant");

    private async Task<Results<Ok<TenantView>, Accepted<ApprovalView>, ProblemHttpResult>> SettingsAsync(Caller caller, SettingsBody body, CancellationToken ct)
    {
        if (body.RequireApproval is not { } isRequired) return Problems.Invalid(new Dictionary<string, string> { ["require_approval"] = "true or false" });
        var tenant = store.Of(caller.Tenant);
        if (isRequired) await tenant.RequireApprovalAsync(ct);
        var view = await ViewAsync(caller, ct);
        if (view.RequireApproval == isRequired) return TypedResults.Ok(view);
        var asked = await approvals.AskForSettingAsync(caller, view.Name, ct);
        return asked.Result is Accepted<ApprovalView> accepted ? accepted : (ProblemHttpResult)asked.Result;
    }

    private async Task<Ok<Page<AccountView>>> UsersAsync(Caller caller, string? cursor, int? limit, CancellationToken ct) => TypedResults.Ok(
        await Page<AccountView>.OfAsync(limit, n => store.Of(caller.Tenant).AccountsAsync(cursor ?? "", n, ct), a => a.Id, AuthRoutes.View));

    private async Task<Results<Created<InviteView>, ProblemHttpResult>> InviteAsync(Caller caller, InviteBody body, HttpContext http)
    {
        var fields = new Fields();
        var email = fields.Email("email", body.Email);
        fields.Require("role", Caller.TryRole(body.Role, out var role) ? null : "viewer, user or admin");
        if (fields.Problem() is { } problem) return problem;
        AuditRoutes.Name(http, email);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = clock.GetUtcNow() + InvitationLasts;
        await store.Of(caller.Tenant).InviteAsync(
            new InvitationRow
            {
                Id = Guid.CreateVersion7().ToString(), Email = email, Role = Caller.Word(role), Token = AuthRoutes.Digest(token), ExpiresAt = expires.UtcDateTime.ToString("O"),
            },
            http.RequestAborted);
        return TypedResults.Created("/api/auth/join", new InviteView(token, expires));
    }

    private async Task<Results<Ok<AccountView>, ProblemHttpResult>> ChangeAsync(Caller caller, string id, ChangeUserBody body, CancellationToken ct)
    {
        var tenant = store.Of(caller.Tenant);
        if (await tenant.AccountAsync(id, ct) is not { } account) return Problems.NotFound("user");
        var role = Enum.Parse<Role>(account.Role, ignoreCase: true);
        if (body.Role is not null && !Caller.TryRole(body.Role, out role)) return Problems.Invalid(new Dictionary<string, string> { ["role"] = "viewer, user or admin" });
        var changed = await tenant.ChangeAccountAsync(id, Caller.Word(role), body.Active ?? account.Active == 1, AuthRoutes.NewStamp(), ct);
        return changed
            ? TypedResults.Ok(AuthRoutes.View((await tenant.AccountAsync(id, ct))!))
            : Problems.Conflict("The tenant would be left without an administrator.", "Make somebody else an administrator first.");
    }
}
