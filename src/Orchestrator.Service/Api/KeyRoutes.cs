using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <param name="Name">Unique in the tenant; the audit log names the key by it.</param>
/// <param name="Role"><c>viewer</c>, <c>user</c> or <c>admin</c>; not above the caller's.</param>
/// <param name="ExpiresAt">From when on it is worthless; absent: never.</param>
internal sealed record KeyBody(string? Name, string? Role, DateTimeOffset? ExpiresAt);

/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">What it may do, as long as whoever made it may.</param>
/// <param name="Account">Id of the account that made it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is worthless; null: never.</param>
/// <param name="LastUsedAt">To the minute; null: not yet.</param>
internal sealed record KeyView(string Id, string Name, string Role, string Account, string CreatedAt, string? ExpiresAt, string? LastUsedAt);

/// <param name="Key">For <c>Authorization: Bearer</c>; shown this once.</param>
/// <param name="Id">Id.</param>
internal sealed record NewKeyView(string Key, string Id);

/// <summary>Keys that programs log in with. Only people have to do with them: a key that leaked cannot make another one.</summary>
internal sealed class KeyRoutes(ServiceStore store, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("keys").RequireAuthorization(Caller.Word(Role.Admin), Caller.Person);
        keys.MapGet("/", (string? cursor, int? limit, KeyRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, cursor, limit, ct)).WithSummary("All keys, without what they are.");
        keys.MapPost("/", (KeyBody body, KeyRoutes routes, Caller caller, CancellationToken ct) => routes.AddAsync(caller, body, ct)).WithSummary("Makes a key for a program; it is shown this once.");
        keys.MapDelete("/{id}", (string id, KeyRoutes routes, Caller caller, CancellationToken ct) => routes.RemoveAsync(caller, id, ct)).WithSummary("Makes a key worthless at once.");
    }

    private async Task<Ok<Page<KeyView>>> ListAsync(Caller caller, string? cursor, int? limit, CancellationToken ct) => TypedResults.Ok(await Page<KeyView>.OfAsync(
        limit, n => store.Of(caller.Tenant).KeysAsync(cursor ?? "", n, ct), k => k.Id, k => new KeyView(k.Id, k.Name, k.Role, k.Account, k.CreatedAt, k.ExpiresAt, k.LastUsedAt)));

    private async Task<Results<Created<NewKeyView>, ProblemHttpResult>> AddAsync(Caller caller, KeyBody body, CancellationToken ct)
    {
        var fields = new Fields();
        var name = fields.Text("name", body.Name, 100);
        fields.Require("role", Caller.TryRole(body.Role, out var role) ? null : "viewer, user or admin");
        fields.Require("role", role <= caller.Role ? null : "not above your own");
        fields.Require("expires_at", body.ExpiresAt is null || body.ExpiresAt > clock.GetUtcNow() ? null : "in the future");
        if (fields.Problem() is { } problem) return problem;
        var key = TokenHandler.KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var row = new KeyRow
        {
            Id = Guid.CreateVersion7().ToString(), Account = caller.Account, Name = name, Role = Caller.Word(role), Token = AuthRoutes.Digest(key), ExpiresAt = body.ExpiresAt?.UtcDateTime.ToString("O"),
        };
        return await store.Of(caller.Tenant).AddKeyAsync(row, ct)
            ? TypedResults.Created($"/api/keys/{row.Id}", new NewKeyView(key, row.Id))
            : Problems.Conflict($"There is a key named {name} already.", "Choose another name.");
    }

    private async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Caller caller, string id, CancellationToken ct) =>
        await store.Of(caller.Tenant).RemoveKeyAsync(id, ct) ? TypedResults.NoContent() : Problems.NotFound("key");
}
