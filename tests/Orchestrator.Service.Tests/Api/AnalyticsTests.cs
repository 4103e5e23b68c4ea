using System.Net;
using System.Text.Json;

namespace Orchestrator.Service.Tests.Api;

/// <summary>Figures of a run that goes on in another process, counted against the databases.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class AnalyticsTests
{
    [Fact]
    public async Task Figures_are_those_of_the_databases_also_after_the_service_was_killed()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var moved = await Moved.CreateAsync(service, "apples");
        var (admin, stranger) = (moved.Client, await service.SignUpAsync("pears"));
        Assert.Equal(1, (await StatusAsync(admin)).GetProperty("by_state").GetProperty("not-started").GetInt32());
        Assert.Empty((await admin.GetAsync($"{moved.Path}/tables")).Body.GetProperty("items").EnumerateArray());
        await moved.StartAsync();

        var performance = await UntilAsync(admin, "/api/analytics/performance", b => b.GetArrayLength() == 1 && b[0].GetProperty("changes_per_second").ValueKind == JsonValueKind.Number && b[0].GetProperty("lag_seconds").ValueKind == JsonValueKind.Number);
        var worker = (await admin.GetAsync("/api/analytics/workers")).Body[0];
        var usage = await UntilAsync(admin, "/api/analytics/usage", b => b.GetProperty("total").GetProperty("rows").GetInt64() >= 7000);
        var tables = (await admin.GetAsync($"{moved.Path}/tables")).Body.GetProperty("items").EnumerateArray().ToDictionary(t => t.GetProperty("table").GetString()!);

        Assert.Contains(performance[0].GetProperty("state").GetString(), (string[])["cdc", "validation"]);
        Assert.Equal(("move", 2, 2), (performance[0].GetProperty("name").GetString(), performance[0].GetProperty("tables").GetInt32(), performance[0].GetProperty("tables_done").GetInt32()));
        Assert.Contains($"pid {service.Process.Id} on ", worker.GetProperty("worker").GetString(), StringComparison.Ordinal);
        Assert.InRange(worker.GetProperty("heartbeat_age_seconds").GetDouble(), 0, 60);
        Assert.True((await StatusAsync(admin)).GetProperty("by_state").EnumerateObject().Single() is { Name: "cdc" or "validation" } count && count.Value.GetInt32() == 1);
        Assert.Equal(["item", "sale"], tables.Keys.Order());
        Assert.All(tables.Values, t => Assert.Equal("done", t.GetProperty("activity").GetString()));
        // The application writes while it is loaded: at least what was there before.
        Assert.True(tables["item"].GetProperty("rows_done").GetInt64() >= 1900 && tables["sale"].GetProperty("rows_done").GetInt64() >= 4900, tables["sale"].GetRawText());
        Assert.Equal(1, usage.GetProperty("total").GetProperty("migrations").GetInt32());
        Assert.True(usage.GetProperty("total").GetProperty("compute_hours").GetDouble() > 0 && usage.GetProperty("total").GetProperty("bytes").GetInt64() > 0, usage.GetRawText());

        await service.Process.KillAsync();
        await service.StartAgainAsync();
        await moved.FollowingAsync();
        await UntilAsync(admin, "/api/analytics/workers", b => b.GetArrayLength() == 1 && b[0].GetProperty("worker").GetString()!.Contains($"pid {service.Process.Id} on ", StringComparison.Ordinal) && b[0].GetProperty("heartbeat_age_seconds").ValueKind == JsonValueKind.Number);
        await UntilAsync(admin, $"{moved.Path}/tables", b => b.GetProperty("items").EnumerateArray().Count(t => t.GetProperty("activity").GetString() == "done") == 2);
        await moved.SwitchAsync();

        // Nothing is counted twice: what was loaded is on the target, and every change was made by the application.
        var report = (await admin.GetAsync($"{moved.Path}/report")).Body;
        var all = report.GetProperty("rows_copied").GetInt64() + report.GetProperty("rows_applied").GetInt64();
        await UntilAsync(admin, "/api/analytics/usage?range=7d", b => b.GetProperty("total").GetProperty("rows").GetInt64() == all);
        Assert.Empty((await admin.GetAsync("/api/analytics/performance")).Body.EnumerateArray());
        Assert.Equal(0, (await stranger.GetAsync("/api/analytics/usage?range=30d")).Body.GetProperty("total").GetProperty("migrations").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, "/api/analytics/usage?range=1y")).Status);
    }

    private static async Task<JsonElement> StatusAsync(ApiClient client) => (await client.GetAsync("/api/migration-status")).Body;

    private static async Task<JsonElement> UntilAsync(ApiClient client, string path, Func<JsonElement, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var body = (await client.GetAsync(path)).Body;
            if (isSo(body)) return body;
            Assert.False(patience.IsCancellationRequested, $"{path}: {body}");
            await Task.Delay(200);
        }
    }
}
