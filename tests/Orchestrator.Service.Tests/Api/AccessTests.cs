using System.Net;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S6 and S9: every route the service describes, called by everybody.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class AccessTests
{
    /// <summary>What is open to anybody, and why nothing is lost by it: they give nothing without a password or a token.</summary>
    private static readonly HashSet<string> Open =
        ["POST /api/auth/signup", "POST /api/auth/login", "POST /api/auth/join", "GET /health/live", "GET /health/ready"];

    /// <summary>What every member of a tenant may do; everything else that is no GET needs more than a viewer.</summary>
    private static readonly HashSet<string> OfViewers = ["POST /api/auth/refresh", "POST /api/auth/logout", "POST /api/auth/password"];

    private static readonly HashSet<string> OfAdmins = ["POST /api/tenant/invite", "PATCH /api/tenant/users/{id}", "DELETE /api/migrations/{id}", "GET /api/audit", "GET /api/audit/export", "PUT /api/tenant/settings", "GET /api/analytics/workers", "GET /api/keys", "POST /api/keys", "DELETE /api/keys/{id}", "DELETE /api/backup/{id}"];

    /// <summary>What reads and yet is not for viewers: a customer's rows.</summary>
    private static readonly HashSet<string> ClosedToViewers =
        ["GET /api/connections/{id}/tables", "GET /api/connections/{id}/tables/{schema}/{table}/rows", "GET /api/connections/{id}/tables/{schema}/{table}/export", "GET /api/backup/{id}/download", AsksToo];

    /// <summary>Keeps what was asked for alive. Nothing was asked for here, so even who may read it finds none.</summary>
    private const string AsksToo = "GET /api/migrations/{id}/requests/{request}";

    [Fact]
    public async Task S6_S9_every_route_is_closed_to_those_it_is_not_for()
    {
        await using var service = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--open-signup", "--backup-dir", ServiceProcess.Home + "/backups");
        var (admin, stranger) = (await service.SignUpAsync("ours"), await service.SignUpAsync("theirs"));
        var (user, viewer) = (await service.JoinAsync(admin, "user@ours.example", "user"), await service.JoinAsync(admin, "viewer@ours.example", "viewer"));
        await using var pair = await PgPair.CreateDatabasesAsync("access");
        var (source, target) = (await admin.AddConnectionAsync("source", pair.SourceUrl), await admin.AddConnectionAsync("target", pair.TargetUrl));
        var migration = await admin.AddMigrationAsync("move", source, target);
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var key = (await admin.PostAsync("/api/keys", new { name = "k", role = "viewer" })).Text("id")!;
        var member = (await admin.GetAsync("/api/auth/me")).Text("id")!;
        await admin.SendAsync(HttpMethod.Put, "/api/tenant/settings", new { require_approval = true });
        var approval = (await admin.SendAsync(HttpMethod.Put, "/api/tenant/settings", new { require_approval = false })).Text("id")!;
        var backup = (await admin.PostAsync("/api/backup", new { connection_id = source })).Text("id")!;
        await DoneAsync(admin, backup);
        var routes = await RoutesAsync(service);
        Assert.True(routes.Count > 25, $"only {routes.Count} routes are described");

        var wrong = new List<string>();
        foreach (var (method, path) in routes)
        {
            var route = $"{method} {path}";
            // Logging out would end the caller's other requests.
            if (Open.Contains(route) || route == "POST /api/auth/logout") continue;
            var id = path.Contains("/connections", StringComparison.Ordinal) ? source : path.Contains("/users", StringComparison.Ordinal) ? member : path.Contains("/keys", StringComparison.Ordinal) ? key : path.Contains("/approvals", StringComparison.Ordinal) ? approval : path.Contains("/backup", StringComparison.Ordinal) ? backup : migration;
            await CallAsync(new ApiClient(service), route, id, wrong, "anonymous", s => s == HttpStatusCode.Unauthorized);
            if (path.Contains("{id}", StringComparison.Ordinal))
                await CallAsync(stranger, route, id, wrong, "another tenant's admin", s => s is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
            var isForAdmins = OfAdmins.Contains(route);
            if (isForAdmins) await CallAsync(user, route, id, wrong, "user", s => s == HttpStatusCode.Forbidden);
            var isForUsers = ClosedToViewers.Contains(route);
            if (isForUsers) await CallAsync(user, route, id, wrong, "user", s => s == (route == AsksToo ? HttpStatusCode.NotFound : HttpStatusCode.OK));
            if (isForAdmins || isForUsers || (method != "GET" && !OfViewers.Contains(route))) await CallAsync(viewer, route, id, wrong, "viewer", s => s == HttpStatusCode.Forbidden);
            if (method == "GET" && !isForAdmins && !isForUsers) await CallAsync(viewer, route, id, wrong, "viewer", s => s is HttpStatusCode.OK or HttpStatusCode.NoContent);
        }

        Assert.Empty(wrong);
        // Nothing of what was refused has happened, and another tenant's lists do not show anything of ours.
        Assert.Equal("1", (await admin.GetAsync("/api/migrations")).Body.GetProperty("items").GetArrayLength().ToString());
        Assert.Equal(JsonValueKind.Null, (await admin.GetAsync($"/api/migrations/{migration}")).Body.GetProperty("state").ValueKind);
        Assert.Equal("pending", (await admin.GetAsync($"/api/approvals/{approval}")).Text("decision"));
        Assert.Single((await admin.GetAsync("/api/backup")).Body.GetProperty("items").EnumerateArray());
        foreach (var list in (string[])["connections", "migrations", "keys", "approvals", "backup"]) Assert.Equal(0, (await stranger.GetAsync("/api/" + list)).Body.GetProperty("items").GetArrayLength());
        Assert.DoesNotContain("ours", (await stranger.GetAsync("/api/audit")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("ours", (await stranger.GetAsync("/api/audit/export")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, (await stranger.GetAsync("/api/migration-status")).Body.GetProperty("total").GetInt32());
        Assert.DoesNotContain("ours", (await stranger.GetAsync("/api/tenant/users")).Body.GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>A migration cannot be built on what another tenant has.</summary>
    [Fact]
    public async Task S6_connection_of_another_tenant_cannot_be_used()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (ours, theirs) = (await service.SignUpAsync("ours"), await service.SignUpAsync("theirs"));
        var (source, target) = (await ours.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await ours.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));

        var refused = await theirs.SendAsync(HttpMethod.Post, "/api/migrations", new { name = "steal", source_id = source, target_id = target });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("there is no such connection", refused.Body.GetProperty("errors").GetProperty("source_id").GetString());
    }

    [Fact]
    public async Task S7_closed_account_and_changed_role_count_at_once()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var user = await service.JoinAsync(admin, "user@ours.example", "user");
        var (adminId, userId) = ((await admin.GetAsync("/api/auth/me")).Text("id"), (await user.GetAsync("/api/auth/me")).Text("id"));

        var last = await admin.SendAsync(HttpMethod.Patch, $"/api/tenant/users/{adminId}", new { role = "user" });
        await admin.SendAsync(HttpMethod.Patch, $"/api/tenant/users/{userId}", new { role = "viewer" });
        var changed = await user.SendAsync(HttpMethod.Get, "/api/auth/me");
        await user.EnterAsync("/api/auth/login", new { email = "user@ours.example", password = "a password of user" });
        var asViewer = await user.SendAsync(HttpMethod.Post, "/api/connections", new { name = "x", url = "postgresql://u:p@127.0.0.1/x" });
        await admin.SendAsync(HttpMethod.Patch, $"/api/tenant/users/{userId}", new { active = false });
        var closed = await user.SendAsync(HttpMethod.Get, "/api/auth/me");
        var again = await user.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = "user@ours.example", password = "a password of user" });

        Assert.Equal(HttpStatusCode.Conflict, last.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, changed.Status);
        Assert.Equal(HttpStatusCode.Forbidden, asViewer.Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (closed.Status, again.Status));
    }

    private static async Task CallAsync(ApiClient client, string route, string id, List<string> wrong, string who, Func<HttpStatusCode, bool> isRight)
    {
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{id}", id, StringComparison.Ordinal).Replace("{schema}/{table}", "public/t", StringComparison.Ordinal));
        if (path.EndsWith("/export", StringComparison.Ordinal)) path += "?format=json";
        // Streams have no end for those who may read them.
        if (path.EndsWith("/events", StringComparison.Ordinal) && who == "viewer") return;
        var reply = await client.SendAsync(new HttpMethod(method), path, method == "GET" ? null : new { });
        if (!isRight(reply.Status)) wrong.Add($"{route} by {who}: {(int)reply.Status} {reply.Body}");
    }

    private static async Task DoneAsync(ApiClient client, string backup)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await client.GetAsync($"/api/backup/{backup}")).Text("state") != "done") await Task.Delay(50, patience.Token);
    }

    internal static async Task<IReadOnlyList<(string Method, string Path)>> RoutesAsync(ServiceProcess service)
    {
        using var document = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        return [.. document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => (m.Name.ToUpperInvariant(), p.Name.TrimEnd('/'))))];
    }
}
