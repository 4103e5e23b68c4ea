using System.Net;

namespace Orchestrator.Service.Tests.Api;

/// <summary>Keys for programs (CASES S7, S9).</summary>
public sealed class KeyTests
{
    [Fact]
    public async Task S7_key_does_what_its_role_may_until_it_is_revoked_and_makes_nothing_that_outlives_it()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var made = await admin.PostAsync("/api/keys", new { name = "deploy", role = "user" });
        var (key, id) = (admin.With(made.Text("key")!), made.Text("id"));

        Assert.StartsWith("ork_", key.Token, StringComparison.Ordinal);
        await key.AddConnectionAsync("c", "postgresql://u:p@127.0.0.1/x");
        Assert.Equal(HttpStatusCode.Forbidden, (await key.SendAsync(HttpMethod.Get, "/api/audit")).Status);
        var adminKey = admin.With((await admin.PostAsync("/api/keys", new { name = "all", role = "admin" })).Text("key")!);
        await adminKey.GetAsync("/api/audit");
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/api/keys"), (HttpMethod.Post, "/api/keys"), (HttpMethod.Delete, "/api/keys/" + id), (HttpMethod.Post, "/api/auth/refresh"), (HttpMethod.Post, "/api/auth/logout"), (HttpMethod.Post, "/api/auth/password"),
            (HttpMethod.Put, "/api/tenant/settings"), (HttpMethod.Post, "/api/tenant/invite"), (HttpMethod.Patch, "/api/tenant/users/x"), (HttpMethod.Post, "/api/approvals/x/approve"), (HttpMethod.Post, "/api/approvals/x/reject")])
        {
            var refused = await adminKey.SendAsync(method, path, method == HttpMethod.Get || method == HttpMethod.Delete ? null : new { name = "more", role = "admin" });
            Assert.True(refused.Status == HttpStatusCode.Forbidden, $"{method} {path}: {refused.Status}");
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await new ApiClient(service).SendAsync(HttpMethod.Get, "/api/tenant", null, ("Cookie", "orchestrator=" + key.Token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.With(key.Token[..^1]).SendAsync(HttpMethod.Get, "/api/tenant")).Status);
        var listed = (await admin.GetAsync("/api/keys")).Body.GetProperty("items");
        Assert.DoesNotContain(key.Token[4..], listed.GetRawText(), StringComparison.Ordinal);
        Assert.NotNull(listed[0].GetProperty("last_used_at").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await admin.SendAsync(HttpMethod.Post, "/api/keys", new { name = "deploy", role = "user" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, "/api/keys/" + id)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await key.SendAsync(HttpMethod.Get, "/api/tenant")).Status);
        var actors = (await admin.GetAsync("/api/audit")).Body.GetProperty("items").EnumerateArray().Select(l => $"{l.GetProperty("actor")} {l.GetProperty("action")}");
        Assert.Contains("admin@ours.example (key deploy) POST /api/connections/", actors);
    }

    [Fact]
    public async Task S7_key_ends_at_its_time_and_is_never_more_than_who_made_it()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var second = await service.JoinAsync(admin, "second@ours.example", "admin");
        var secondId = (await second.GetAsync("/api/auth/me")).Text("id");
        var brief = admin.With((await admin.PostAsync("/api/keys", new { name = "brief", role = "viewer", expires_at = TimeProvider.System.GetUtcNow().AddSeconds(20) })).Text("key")!);
        var key = admin.With((await second.PostAsync("/api/keys", new { name = "long", role = "admin" })).Text("key")!);

        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x", role = "owner", expires_at = "2000-01-01T00:00:00Z" })).Status);
        await brief.GetAsync("/api/tenant");
        await key.GetAsync("/api/audit");
        await admin.SendAsync(HttpMethod.Patch, $"/api/tenant/users/{secondId}", new { role = "viewer" });
        Assert.Equal(HttpStatusCode.Forbidden, (await key.SendAsync(HttpMethod.Get, "/api/audit")).Status);
        await key.GetAsync("/api/tenant");
        await admin.SendAsync(HttpMethod.Patch, $"/api/tenant/users/{secondId}", new { active = false });
        Assert.Equal(HttpStatusCode.Unauthorized, (await key.SendAsync(HttpMethod.Get, "/api/tenant")).Status);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await brief.SendAsync(HttpMethod.Get, "/api/tenant")).Status != HttpStatusCode.Unauthorized) await Task.Delay(500, patience.Token);
    }
}
