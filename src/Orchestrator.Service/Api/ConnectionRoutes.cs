using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Connections;

namespace Orchestrator.Service.Api;

/// <param name="Name">Unique in the tenant.</param>
/// <param name="Url">As the command line takes it; the password itself, or env:NAME, file:PATH or aws-secretsmanager:NAME where the service allows it; absent in a change: as it is. Never given back.</param>
internal sealed record ConnectionBody(string? Name, string? Url);

/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Display">Host, port and database.</param>
/// <param name="CreatedAt">When it was saved.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record ConnectionView(string Id, string Name, string Display, string CreatedAt, string UpdatedAt);

/// <param name="Works">Whether a connection could be made.</param>
/// <param name="Code">Otherwise why not: one of the codes of docs/errors.md.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Fix">What to do.</param>
internal sealed record ConnectionTestView(bool Works, string? Code, string? Message, string? Fix);

/// <summary>The caller's databases.</summary>
internal sealed class ConnectionRoutes(ServiceStore store, UrlVault vault, ReachableUrls urls, OutboundGuard guard, SecretReferences secrets, IDatabases databases)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var connections = api.MapGroup("/connections").WithTags("connections");
        connections.MapGet("/", (string? cursor, int? limit, ConnectionRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, cursor, limit, ct)).WithSummary("All connections.");
        connections.MapGet("/{id}", (string id, ConnectionRoutes routes, Caller caller, HttpContext http) => routes.GetAsync(caller, id, http)).WithSummary("One connection.");
        connections.MapPost("/", (ConnectionBody body, ConnectionRoutes routes, Caller caller, CancellationToken ct) => routes.AddAsync(caller, body, ct))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Saves a connection.");
        connections.MapPut("/{id}", (string id, ConnectionBody body, ConnectionRoutes routes, Caller caller, HttpContext http) => routes.ChangeAsync(caller, id, body, http))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Changes a connection; If-Match guards against somebody else's change.");
        connections.MapDelete("/{id}", (string id, ConnectionRoutes routes, Caller caller, CancellationToken ct) => routes.RemoveAsync(caller, id, ct))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Removes a connection that no migration uses.");
        connections.MapPost("/{id}/test", (string id, ConnectionRoutes routes, Caller caller, CancellationToken ct) => routes.TestAsync(caller, id, ct))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Connects once.");
    }

    private static ConnectionView View(ConnectionRow c) => new(c.Id, c.Name, c.Display, c.CreatedAt, c.UpdatedAt);

    private async Task<Ok<Page<ConnectionView>>> ListAsync(Caller caller, string? cursor, int? limit, CancellationToken ct) => TypedResults.Ok(
        await Page<ConnectionView>.OfAsync(limit, n => store.Of(caller.Tenant).ConnectionsAsync(cursor ?? "", n, ct), c => c.Id, View));

    private async Task<Results<Ok<ConnectionView>, ProblemHttpResult>> GetAsync(Caller caller, string id, HttpContext http)
    {
        if (await store.Of(caller.Tenant).ConnectionAsync(id, http.RequestAborted) is not { } connection) return Problems.NotFound("connection");
        ETags.Say(http, connection.Version);
        return TypedResults.Ok(View(connection));
    }

    private async Task<Results<Created<ConnectionView>, ProblemHttpResult>> AddAsync(Caller caller, ConnectionBody body, CancellationToken ct)
    {
        var fields = new Fields();
        var (name, url) = (fields.Text("name", body.Name), fields.Text("url", body.Url, 4000));
        if (fields.Problem() is { } problem) return problem;
        var display = databases.Display(url);
        await CheckAsync(caller, url, ct);
        var id = Guid.CreateVersion7().ToString();
        var tenant = store.Of(caller.Tenant);
        return await tenant.AddConnectionAsync(id, name, display, vault.Seal(caller.Tenant, id, url), ct)
            ? TypedResults.Created($"/api/connections/{id}", View((await tenant.ConnectionAsync(id, ct))!))
            : Problems.Conflict($"There is a connection named {name} already.", "Choose another name.");
    }

    private async Task<Results<Ok<ConnectionView>, ProblemHttpResult>> ChangeAsync(Caller caller, string id, ConnectionBody body, HttpContext http)
    {
        var tenant = store.Of(caller.Tenant);
        if (await tenant.ConnectionAsync(id, http.RequestAborted) is not { } connection) return Problems.NotFound("connection");
        if (!ETags.Fits(http, connection.Version)) return Problems.Changed();
        var fields = new Fields();
        var name = body.Name is null ? connection.Name : fields.Text("name", body.Name);
        var url = body.Url is null ? null : fields.Text("url", body.Url, 4000);
        if (fields.Problem() is { } problem) return problem;
        if (url is not null) await CheckAsync(caller, url, http.RequestAborted);
        var (display, cipher) = url is null ? (connection.Display, connection.Cipher) : (databases.Display(url), vault.Seal(caller.Tenant, id, url));
        if (!await tenant.ChangeConnectionAsync(connection, name, display, cipher, http.RequestAborted)) return Problems.Conflict("It was changed meanwhile, or the name is taken.", "Read it again.");
        var changed = (await tenant.ConnectionAsync(id, http.RequestAborted))!;
        ETags.Say(http, changed.Version);
        return TypedResults.Ok(View(changed));
    }

    private async Task CheckAsync(Caller caller, string url, CancellationToken ct)
    {
        await guard.CheckAsync(url, ct);
        await secrets.CheckAsync(caller.Tenant, url, ct);
    }

    private async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Caller caller, string id, CancellationToken ct)
    {
        var tenant = store.Of(caller.Tenant);
        if (await tenant.ConnectionAsync(id, ct) is null) return Problems.NotFound("connection");
        return await tenant.RemoveConnectionAsync(id, ct) ? TypedResults.NoContent() : Problems.Conflict("A migration uses this connection.", "Delete the migration first.");
    }

    private async Task<Results<Ok<ConnectionTestView>, ProblemHttpResult>> TestAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).ConnectionAsync(id, ct) is not { } connection) return Problems.NotFound("connection");
        try
        {
            await databases.CheckAsync(await urls.OpenAsync(connection, ct), ct);
            return TypedResults.Ok(new ConnectionTestView(true, null, null, null));
        }
        catch (OrchestratorException e)
        {
            return TypedResults.Ok(new ConnectionTestView(false, e.Code, SecretText.Mask(e.Message), SecretText.Mask(e.Fix)));
        }
    }
}
