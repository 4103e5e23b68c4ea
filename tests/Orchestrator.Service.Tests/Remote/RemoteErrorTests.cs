namespace Orchestrator.Service.Tests.Remote;

/// <summary>What <c>--server</c> cannot do for somebody, and how that is said.</summary>
public sealed class RemoteErrorTests
{
    [Fact]
    public async Task Run_of_another_tenant_does_not_exist_and_a_name_of_two_runs_is_refused()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (ours, theirs) = (await service.SignUpAsync("ours"), await service.SignUpAsync("theirs"));
        var (source, target) = (await ours.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await ours.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));
        var id = await ours.AddMigrationAsync("move", source, target);
        var run = (await ours.GetAsync($"/api/migrations/{id}")).Text("run")!;
        var other = await ours.AddMigrationAsync(run, source, target);
        var (cli, stranger) = (RemoteCli.Of(service, ours), RemoteCli.Of(service, theirs));

        var ambiguous = await cli.RunAsync("status", "--run", run);
        var foreign = new[] { await stranger.RunAsync("status", "--run", "move"), await stranger.RunAsync("rollback", "--run", id), await stranger.RunAsync("report", "--run", other) };
        var unknown = await cli.RunAsync("cutover", "--run", "nobody");
        var notStarted = await cli.RunAsync("cutover", "--run", other);

        Assert.Equal(2, ambiguous.Exit);
        Assert.Contains($"E-SVC-008 Several migrations are called {run}: {id}, {other}.", ambiguous.Error, StringComparison.Ordinal);
        Assert.All(foreign.Append(unknown), s => Assert.Equal((2, true), (s.Exit, s.Error.Contains("error  E-RUN-002 There is no migration ", StringComparison.Ordinal))));
        Assert.Equal((2, true), (notStarted.Exit, notStarted.Error.Contains("error  E-API-003 It was not started yet.", StringComparison.Ordinal)));
        Assert.Contains("fix    Start it first.", notStarted.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("status", "--run", id)).Exit);
        Assert.StartsWith("No runs in http://127.0.0.1:", (await stranger.RunAsync("list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_that_is_wrong_or_may_not_is_told_apart_and_never_shown()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var viewer = await service.JoinAsync(admin, "viewer@ours.example", "viewer");
        var (source, target) = (await admin.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await admin.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));
        await admin.AddMigrationAsync("move", source, target);
        var key = admin.With((await admin.PostAsync("/api/keys", new { name = "cli", role = "user" })).Text("key")!);
        var root = service.Http.BaseAddress!.ToString();

        var wrong = await new RemoteCli(root, "ork_wrongwrongwrong").JsonAsync(2, "list");
        var forbidden = await RemoteCli.Of(service, viewer).JsonAsync(2, "resume", "--run", "move");
        var seen = await RemoteCli.Of(service, viewer).RunAsync("list");
        var flags = await new RemoteCli("", key.Token).RunAsync("list", "--server", root, "--token", "env:ORCHESTRATOR_TOKEN");
        var failed = await RemoteCli.Of(service, key).RunAsync("resume", "--run", "move");

        Assert.Equal(("E-AUTH-001", "configuration"), Error(wrong));
        Assert.Equal(("E-AUTH-002", "configuration"), Error(forbidden));
        Assert.Contains("move", seen.Out, StringComparison.Ordinal);
        Assert.Contains($"next   orchestrator status --run move --server {root} --token env:ORCHESTRATOR_TOKEN", flags.Out, StringComparison.Ordinal);
        Assert.True(failed.Exit == 1, failed.Out + failed.Error);
        Assert.Contains("error  E-CONN-002 Cannot connect to ", failed.Error, StringComparison.Ordinal);
        Assert.Contains("value=*** origin=\"environment ORCHESTRATOR_TOKEN\" msg=\"option token\"", failed.Error, StringComparison.Ordinal);
        Assert.Contains("value=127.0.0.1:1/a origin=run msg=\"option source-db\"", failed.Error, StringComparison.Ordinal);
    }

    /// <summary>More than the service gives at once.</summary>
    [Fact]
    public async Task List_has_all_runs()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var (source, target) = (await admin.AddConnectionAsync("a", "postgresql://u:p@127.0.0.1:1/a"), await admin.AddConnectionAsync("b", "postgresql://u:p@127.0.0.1:1/b"));
        foreach (var i in Enumerable.Range(0, 201)) await admin.AddMigrationAsync($"m{i}", source, target);

        var runs = (await RemoteCli.Of(service, admin).JsonAsync(0, "list")).GetProperty("result").GetProperty("runs");

        Assert.Equal(201, runs.EnumerateArray().Select(r => r.GetProperty("name").GetString()).Distinct().Count());
    }

    private static (string?, string?) Error(System.Text.Json.JsonElement answer)
    {
        var error = answer.GetProperty("errors")[0];
        return (error.GetProperty("code").GetString(), error.GetProperty("kind").GetString());
    }
}
