using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Service.Tests.Api;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Remote;

/// <summary>Runs of a service from first to last by the command line with <c>--server</c>, against real databases.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RemoteLifeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Migration_is_started_looked_at_compared_and_switched_over()
    {
        await using var service = await ServiceProcess.StartAsync();
        await using var moved = await Moved.CreateAsync(service, "apples");
        var cli = RemoteCli.Of(service, moved.Client);
        var created = await cli.RunAsync("status", "--run", "move");
        await using var driving = cli.Start("resume", "--run", "move", "--json");
        await moved.FollowingAsync();
        while ((await moved.Client.SendAsync(HttpMethod.Get, moved.Path + "/progress")).Status != HttpStatusCode.OK) await Task.Delay(100);
        await RequireAlikeAsync(cli, service, moved, "list");
        await RequireAlikeAsync(cli, service, moved, "status");

        await using var watching = cli.Start("status", "--run", "move", "--watch");
        await watching.WaitForLineAsync("phase=", Patience);
        var compared = await cli.RunAsync("validate", "--run", "move");
        var approval = await AskForApprovalAsync(service, moved.Client, cli);
        var switched = await cli.JsonAsync(0, "cutover", "--run", "move");

        Assert.Equal((0, true), (created.Exit, created.Out.StartsWith("RUN move  not started  no process drives it", StringComparison.Ordinal)));
        Assert.Contains("orchestrator resume --run move", created.Out, StringComparison.Ordinal);
        Assert.True(compared.Exit == 0, compared.Out + compared.Error);
        Assert.Contains("2 of 2 tables equal", compared.Out, StringComparison.Ordinal);
        Assert.Equal("refused", approval.GetProperty("errors")[0].GetProperty("kind").GetString());
        Assert.Equal(("complete", "target"), (Text(switched, "state"), Text(switched.GetProperty("result"), "writable_side")));
        Assert.Equal(0, await driving.WaitForExitAsync(Patience));
        Assert.DoesNotContain(moved.Client.Token, driving.Output + driving.Error, StringComparison.Ordinal);
        Assert.Equal("complete", Text(JsonDocument.Parse(driving.Output).RootElement, "state"));
        // Figures are looked at every two seconds; which phases that meets is up to the machine.
        Assert.Contains("phase=", driving.Error, StringComparison.Ordinal);
        Assert.Equal(0, await watching.WaitForExitAsync(Patience));
        Assert.StartsWith("RUN move  complete  no process drives it", watching.Output, StringComparison.Ordinal);
        await moved.RequireMovedAsync();
        await RequireAlikeAsync(cli, service, moved, "status");
        await RequireAlikeAsync(cli, service, moved, "report");
        var report = await cli.RunAsync("report", "--run", "move");
        Assert.Contains("REPORT move  complete", report.Out, StringComparison.Ordinal);
        Assert.Contains("transition   Complete", report.Out, StringComparison.Ordinal);
        Assert.Equal("E-API-003", Text((await cli.JsonAsync(2, "resume", "--run", "move")).GetProperty("errors")[0], "code"));
    }

    [Fact]
    public async Task Waiting_outlives_the_service_and_whoever_stops_waiting_stops_nothing()
    {
        var port = FreePort();
        await using var service = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--open-signup", "--urls", $"http://127.0.0.1:{port}");
        await using var moved = await Moved.CreateAsync(service, "plums", new { pause_budget_seconds = 0.001 });
        var cli = new RemoteCli($"http://127.0.0.1:{port}", moved.Client.Token);
        await using var driving = cli.Start("resume", "--run", "move");
        await moved.FollowingAsync();
        await service.Process.KillAsync();
        await driving.WaitForLineAsync("Waiting for it", Patience);
        await service.StartAgainAsync();
        await driving.WaitForLineAsync("the service answers again", Patience);
        await moved.FollowingAsync();

        await driving.InterruptAsync();

        Assert.Equal(130, await driving.WaitForExitAsync(Patience));
        Assert.Contains("E-RUN-130 Nobody waits here any more; the run is the service's, which goes on with it.", driving.Error, StringComparison.Ordinal);
        await moved.FollowingAsync();

        // A gate refuses what the driving process is asked for; once nothing drives the run, the service does it itself.
        var refused = await cli.JsonAsync(5, "cutover", "--run", "move");
        Assert.Equal("E-RUN-007", Text(refused.GetProperty("errors")[0], "code"));
        Assert.True(Text(refused, "state") is "cdc" or "validation", Text(refused, "state"));
        await moved.PostAsync("pause", HttpStatusCode.Accepted);
        await moved.UntilAsync(m => !m.Body.GetProperty("driven").GetBoolean());
        var over = await cli.RunAsync("rollback", "--run", "move");
        Assert.True(over.Exit == 0, over.Out + over.Error);
        Assert.StartsWith("RUN move  DONE  rolled back, writable side: source", over.Out, StringComparison.Ordinal);
        Assert.Contains("next   orchestrator list", over.Out, StringComparison.Ordinal);
        Assert.Empty(await moved.Pair.SourceSlotsAsync());
        Assert.Equal("0", await moved.Pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_class WHERE relname IN ('item', 'sale')"));
    }

    /// <summary>The same document as on the service's own machine, but for how the run is called.</summary>
    private static async Task RequireAlikeAsync(RemoteCli cli, ServiceProcess service, Moved moved, string verb)
    {
        var run = (await moved.Client.GetAsync(moved.Path)).Text("run")!;
        string[] which = verb == "list" ? [] : ["--run", "move"], there = verb == "list" ? [] : ["--run", run];
        var remote = await cli.JsonAsync(0, [verb, .. which]);
        var here = (await cli.RunThereAsync(service, [verb, .. there, "--json"])).Require(0);

        Assert.Equal(Names(here), Names(remote));
        Assert.Equal("move", verb == "list" ? Text(remote.GetProperty("result").GetProperty("runs")[0], "name") : Text(remote, "run"));
        Assert.Equal(Names(here.GetProperty("result")), Names(remote.GetProperty("result")));
        foreach (var part in (string[])["runs", "journal", "progress", "report"])
        {
            if (!here.GetProperty("result").TryGetProperty(part, out var inner)) continue;
            var outer = remote.GetProperty("result").GetProperty(part);
            Assert.Equal(Shape(inner), Shape(outer));
        }

        // The report of a run that is over changes no more.
        if (verb == "report") Assert.Equal((Text(here, "state"), here.GetProperty("result").GetRawText()), (Text(remote, "state"), remote.GetProperty("result").GetRawText()));
    }

    private static async Task<JsonElement> AskForApprovalAsync(ServiceProcess service, ApiClient admin, RemoteCli cli)
    {
        var second = await service.JoinAsync(admin, "second@apples.example", "admin");
        await admin.SendAsync(HttpMethod.Put, "/api/tenant/settings", new { require_approval = true });
        var asked = await cli.JsonAsync(5, "cutover", "--run", "move");
        var id = Text(asked.GetProperty("result").GetProperty("approval"), "id");
        Assert.Equal(("pending", "cutover"), (await admin.GetAsync($"/api/approvals/{id}")) is var a ? (a.Text("decision"), a.Text("action")) : default);
        Assert.Contains(id!, Text(asked.GetProperty("errors")[0], "message"), StringComparison.Ordinal);
        var off = (await admin.SendAsync(HttpMethod.Put, "/api/tenant/settings", new { require_approval = false })).Text("id");
        Assert.Equal(HttpStatusCode.OK, (await second.SendAsync(HttpMethod.Post, $"/api/approvals/{off}/approve")).Status);
        return asked;
    }

    private static string? Text(JsonElement of, string field) => of.GetProperty(field).GetString();

    private static string Names(JsonElement of) => string.Join(' ', of.EnumerateObject().Select(p => p.Name));

    /// <summary>Names of the fields of an object, or of a list's first entry.</summary>
    private static string Shape(JsonElement of) => of.ValueKind switch
    {
        JsonValueKind.Object => Names(of),
        JsonValueKind.Array => "[" + Names(of[0]) + "]",
        var kind => kind.ToString(),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
