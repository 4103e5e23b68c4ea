using System.Net;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S9: what cannot be taken back takes two people, once a tenant says so.</summary>
public sealed class ApprovalTests
{
    private const string Settings = "/api/tenant/settings";

    private static readonly object On = new { require_approval = true };

    private static readonly object Off = new { require_approval = false };

    [Fact]
    [Trait("Needs", "PostgreSql")]
    public async Task S9_cutover_and_rollback_are_done_only_once_somebody_else_approves()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var moved = await Moved.CreateAsync(service, "apples");
        var (admin, user) = (moved.Client, await service.JoinAsync(moved.Client, "user@apples.example", "user"));
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Put, Settings, On)).Status);
        await moved.StartAsync();

        var asked = await AskAsync(admin, moved.Path + "/cutover", new { confirm = "move" });
        var again = await user.SendAsync(HttpMethod.Post, moved.Path + "/cutover", new { confirm = "move" });
        var unconfirmed = await user.SendAsync(HttpMethod.Post, moved.Path + "/rollback", new { confirm = "other" });
        var own = await DecideAsync(admin, asked, "approve");
        var rejected = await DecideAsync(user, asked, "reject");
        var late = await DecideAsync(user, asked, "approve");

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.Conflict), (again.Status, unconfirmed.Status, own.Status));
        Assert.Equal((HttpStatusCode.OK, "rejected", "user@apples.example"), (rejected.Status, rejected.Text("decision"), rejected.Text("decided_by")));
        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.True((await admin.GetAsync(moved.Path)) is var now && now.Text("state") is "cdc" or "validation" && now.Text("last_action") is null);

        // Both are asked for; what is approved is done, and the run is then not what the other was asked about any more.
        var cutover = await AskAsync(admin, moved.Path + "/cutover", new { confirm = "move" });
        var rollback = await AskAsync(user, moved.Path + "/rollback", new { confirm = "move" });
        Assert.Equal((HttpStatusCode.OK, "approved"), (await DecideAsync(admin, rollback, "approve")) is var r ? (r.Status, r.Text("decision")) : default);
        await moved.UntilAsync(m => m.Text("state") == "rolled-back" && !m.Body.GetProperty("driven").GetBoolean() && m.Text("last_action") == "rollback");
        var changed = await DecideAsync(user, cutover, "approve");
        Assert.Equal((HttpStatusCode.Conflict, "E-API-003"), (changed.Status, changed.Code));
        Assert.Equal("0", await moved.Pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_class WHERE relname IN ('item', 'sale')"));
        var lines = (await admin.GetAsync("/api/audit?limit=200")).Body.GetProperty("items").EnumerateArray().Select(l => $"{l.GetProperty("actor")} {l.GetProperty("subject")} {l.GetProperty("result")}");
        Assert.Contains($"admin@apples.example {rollback} rollback move 200", lines);
    }

    [Fact]
    public async Task S9_of_two_who_decide_at_once_one_does_and_nobody_alone_switches_it_off()
    {
        await using var service = await ServiceProcess.StartAsync();
        var asker = await service.SignUpAsync("ours");
        var (second, third) = (await service.JoinAsync(asker, "second@ours.example", "admin"), await service.JoinAsync(asker, "third@ours.example", "admin"));
        var user = await service.JoinAsync(asker, "user@ours.example", "user");
        for (var round = 0; round < 10; round++)
        {
            await asker.SendAsync(HttpMethod.Put, Settings, On);
            var id = await AskAsync(asker, Settings, Off, HttpMethod.Put);
            Assert.True((await asker.GetAsync("/api/tenant")).Body.GetProperty("require_approval").GetBoolean());
            Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Forbidden), ((await DecideAsync(asker, id, "approve")).Status, (await DecideAsync(user, id, "approve")).Status));

            var both = await Task.WhenAll(DecideAsync(second, id, "approve"), DecideAsync(third, id, round % 2 == 0 ? "approve" : "reject"));

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], both.Select(b => b.Status).Order());
            var decision = both.Single(b => b.Status == HttpStatusCode.OK).Text("decision");
            Assert.Equal(decision == "rejected", (await asker.GetAsync("/api/tenant")).Body.GetProperty("require_approval").GetBoolean());
        }

        // Without it, everybody who may switch it off does so alone: there is nothing to switch off.
        await AskIfOnAsync(asker, second);
        Assert.Equal(HttpStatusCode.OK, (await asker.SendAsync(HttpMethod.Put, Settings, Off)).Status);
    }

    [Fact]
    public async Task S9_what_a_closed_account_asked_for_lapses_for_good()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var gone = await service.JoinAsync(admin, "gone@ours.example", "admin");
        var account = "/api/tenant/users/" + (await gone.GetAsync("/api/auth/me")).Text("id");
        await admin.SendAsync(HttpMethod.Put, Settings, On);
        var id = await AskAsync(gone, Settings, Off, HttpMethod.Put);

        await admin.SendAsync(HttpMethod.Patch, account, new { active = false });
        var closed = await DecideAsync(admin, id, "approve");
        await admin.SendAsync(HttpMethod.Patch, account, new { active = true });
        var opened = await DecideAsync(admin, id, "approve");

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (closed.Status, opened.Status));
        Assert.Equal("lapsed", (await admin.GetAsync("/api/approvals/" + id)).Text("decision"));
        Assert.Equal(HttpStatusCode.Accepted, (await admin.SendAsync(HttpMethod.Put, Settings, Off)).Status);
    }

    /// <summary>A cutover that comes by itself would be one that nobody approves.</summary>
    [Fact]
    public async Task S9_automatic_cutover_is_refused_where_approval_is_required()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var (source, target) = (await admin.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await admin.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));
        var before = await admin.AddMigrationAsync("before", source, target, new { cutover = "auto" });
        await admin.SendAsync(HttpMethod.Put, Settings, On);

        var created = await admin.SendAsync(HttpMethod.Post, "/api/migrations", new { name = "after", source_id = source, target_id = target, settings = new { cutover = "auto" } });
        var started = await admin.SendAsync(HttpMethod.Post, $"/api/migrations/{before}/start");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Conflict), (created.Status, started.Status));
        Assert.False((await admin.GetAsync($"/api/migrations/{before}")).Body.GetProperty("wanted").GetBoolean());
    }

    private static async Task AskIfOnAsync(ApiClient asker, ApiClient other)
    {
        if (!(await asker.GetAsync("/api/tenant")).Body.GetProperty("require_approval").GetBoolean()) return;
        Assert.Equal(HttpStatusCode.OK, (await DecideAsync(other, await AskAsync(asker, Settings, Off, HttpMethod.Put), "approve")).Status);
    }

    private static async Task<string> AskAsync(ApiClient client, string path, object body, HttpMethod? method = null)
    {
        var asked = await client.SendAsync(method ?? HttpMethod.Post, path, body);
        Assert.True(asked.Status == HttpStatusCode.Accepted, $"{path}: {asked.Status} {asked.Body}");
        Assert.Equal("pending", asked.Text("decision"));
        Assert.Equal($"/api/approvals/{asked.Text("id")}", asked.Message.Headers.Location?.ToString());
        return asked.Text("id")!;
    }

    private static Task<Reply> DecideAsync(ApiClient client, string approval, string how) => client.SendAsync(HttpMethod.Post, $"/api/approvals/{approval}/{how}");
}
