using System.Net;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>Migrations from first to last by HTTP only, against real databases that are written meanwhile.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class LifeTests
{
    [Fact]
    public async Task Two_tenants_move_their_databases_side_by_side_by_http_only()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var first = await Moved.CreateAsync(service, "apples");
        await using var second = await Moved.CreateAsync(service, "pears");
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        var events = await first.ReadEventsAsync();

        // A service that is killed goes on with what it drove, without being asked.
        await service.Process.KillAsync();
        await service.StartAgainAsync();
        await Task.WhenAll(first.FollowingAsync(), second.FollowingAsync());
        await Task.WhenAll(first.SwitchAsync(), second.SwitchAsync());

        Assert.Contains("event: migration", events, StringComparison.Ordinal);
        Assert.Contains("event: progress", events, StringComparison.Ordinal);
        Assert.Contains("event: journal", events, StringComparison.Ordinal);
        await first.RequireMovedAsync();
        await second.RequireMovedAsync();
        var lines = (await first.Client.GetAsync("/api/audit")).Body.GetProperty("items").EnumerateArray().Select(l => l.GetProperty("action").GetString());
        Assert.Contains("POST /api/migrations/{id}/cutover", lines);
    }

    [Fact]
    public async Task Migration_is_paused_goes_on_and_is_rolled_back_without_a_trace()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var moved = await Moved.CreateAsync(service, "plums");
        await moved.StartAsync();

        await moved.PostAsync("pause", HttpStatusCode.Accepted);
        await moved.UntilAsync(m => !m.Body.GetProperty("driven").GetBoolean());
        await moved.StartAsync();
        // One that is ended in good order goes on with what it drove, as one that is killed does, and does not wait for who listens.
        var listening = moved.ListenAsync();
        await service.Process.SignalAsync("TERM");
        Assert.Equal(0, await service.Process.WaitForExitAsync(TimeSpan.FromSeconds(25)));
        await listening;
        await service.StartAgainAsync();
        await moved.FollowingAsync();
        await moved.PostAsync("rollback", HttpStatusCode.BadRequest, new { confirm = "another" });
        await moved.PostAsync("rollback", HttpStatusCode.Accepted, new { confirm = "move" });

        var over = await moved.UntilAsync(m => m.Text("state") == "rolled-back" && !m.Body.GetProperty("driven").GetBoolean() && m.Text("last_action") == "rollback");
        Assert.Equal(0, over.Body.GetProperty("last_exit").GetInt32());
        Assert.Empty(await moved.Pair.SourceSlotsAsync());
        Assert.Equal("0", await moved.Pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_class WHERE relname IN ('item', 'sale')"));
        Assert.Equal(HttpStatusCode.NoContent, (await moved.Client.SendAsync(HttpMethod.Delete, moved.Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await moved.Client.SendAsync(HttpMethod.Get, moved.Path)).Status);
    }

    [Fact]
    public async Task Migration_that_cannot_start_says_why()
    {
        await using var service = await ServiceProcess.StartAsync();
        var client = await service.SignUpAsync("figs");
        await using var pair = await PgPair.CreateDatabasesAsync("figs");
        var source = await client.AddConnectionAsync("source", pair.SourceUrl.Replace("/" + pair.Source.Name, "/nowhere", StringComparison.Ordinal));
        var target = await client.AddConnectionAsync("target", pair.TargetUrl);
        var id = await client.AddMigrationAsync("move", source, target);

        var test = await client.PostAsync($"/api/connections/{source}/test");
        await client.PostAsync($"/api/migrations/{id}/start");
        var failed = await client.UntilAsync(id, m => m.Body.GetProperty("last_exit").ValueKind != System.Text.Json.JsonValueKind.Null);

        Assert.False(test.Body.GetProperty("works").GetBoolean());
        Assert.Equal("E-CONN-013", test.Code);
        Assert.Equal(1, failed.Body.GetProperty("last_exit").GetInt32());
        Assert.StartsWith("E-CONN-013", failed.Text("last_result"), StringComparison.Ordinal);
        Assert.False(failed.Body.GetProperty("wanted").GetBoolean());
    }

    /// <summary>S9: a request that is sent again is carried out once.</summary>
    [Fact]
    public async Task S9_request_with_a_key_is_carried_out_once()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var moved = await Moved.CreateAsync(service, "dates");

        var once = await moved.Client.SendAsync(HttpMethod.Post, moved.Path + "/start", null, ("Idempotency-Key", "k1"));
        await moved.FollowingAsync();
        await moved.PostAsync("pause", HttpStatusCode.Accepted);
        var again = await moved.Client.SendAsync(HttpMethod.Post, moved.Path + "/start", null, ("Idempotency-Key", "k1"));
        var other = await moved.Client.SendAsync(HttpMethod.Post, moved.Path + "/pause", null, ("Idempotency-Key", "k1"));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (once.Status, again.Status));
        Assert.Equal(once.Body.GetRawText(), again.Body.GetRawText());
        Assert.Equal("E-API-005", other.Code);
        Assert.False((await moved.Client.GetAsync(moved.Path)).Body.GetProperty("wanted").GetBoolean());
    }

    /// <summary>S9: what a killed service leaves, made with the store itself: the moment between is too short to hit.</summary>
    [Fact]
    public async Task S9_request_whose_service_was_killed_is_answered_so_after_a_minute_and_not_carried_out_again()
    {
        await using var control = await PgPair.CreateDatabasesAsync("keycontrol");
        await using var service = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--control-db", control.SourceUrl);
        var admin = await service.SignUpAsync("limes");
        var (source, target) = (await admin.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await admin.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));
        var path = $"/api/migrations/{await admin.AddMigrationAsync("move", source, target)}";
        await admin.SendAsync(HttpMethod.Post, path + "/pause", null, ("Idempotency-Key", "k1"));

        foreach (var (age, code) in ((int, string)[])[(0, "E-API-003"), (120, "E-API-006")])
        {
            await control.Source.ExecuteAsync($"UPDATE orchestrator_control.idempotency SET status = 0, body = '', at = '{TimeProvider.System.GetUtcNow().AddSeconds(-age).UtcDateTime:O}'");
            var again = await admin.SendAsync(HttpMethod.Post, path + "/pause", null, ("Idempotency-Key", "k1"));
            Assert.Equal((HttpStatusCode.Conflict, code), (again.Status, again.Code));
        }

        Assert.Equal(HttpStatusCode.Accepted, (await admin.SendAsync(HttpMethod.Post, path + "/pause", null, ("Idempotency-Key", "k2"))).Status);
    }
}
