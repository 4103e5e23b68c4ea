using System.Net;
using Orchestrator.Service.Tests.Api;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Backups;

/// <summary>Backups that are many, that are ended, and whose service ends.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class BackupLifeTests
{
    [Fact]
    public async Task Old_ones_go_when_a_new_one_is_done_and_one_that_is_cancelled_is_killed_and_counts_for_nothing()
    {
        await using var bench = await BackupBench.CreateAsync("retention", "--keep-backups", "2");
        var first = await bench.BeginAsync();
        await bench.UntilAsync(first, "done");
        var second = await bench.BeginAsync();
        await bench.UntilAsync(second, "done");
        string cancelled, third;
        await using (await bench.LockAsync())
        {
            (cancelled, third) = (await bench.BeginAsync(), await bench.BeginAsync());
            await bench.UntilWaitingAsync(2);
            Assert.Equal(2, bench.Children("pg_dump"));
            var refused = await bench.Admin.SendAsync(HttpMethod.Post, "/api/backup", new { connection_id = bench.Connection });
            Assert.Equal((HttpStatusCode.Conflict, "E-API-003"), (refused.Status, refused.Code));
            Assert.Equal("E-API-003", (await bench.Admin.SendAsync(HttpMethod.Get, $"/api/backup/{third}/download")).Code);
            Assert.Equal(4, bench.Files.Count);

            Assert.Equal(HttpStatusCode.NoContent, (await bench.Admin.SendAsync(HttpMethod.Delete, $"/api/backup/{cancelled}")).Status);

            Assert.Equal(1, bench.Children("pg_dump"));
            var ended = await bench.UntilAsync(cancelled, "cancelled");
            Assert.NotNull(ended.Text("finished_at"));
            Assert.Equal([$"{first}.dump", $"{second}.dump", $"{third}.dump.part"], bench.Files);
        }

        await bench.UntilAsync(third, "done");
        await UntilGoneAsync(bench, first);
        Assert.Equal([$"{second}.dump", $"{third}.dump"], bench.Files);
        // The list comes in parts, like every other.
        var page = await bench.Admin.GetAsync("/api/backup?limit=2");
        var rest = await bench.Admin.GetAsync("/api/backup?limit=2&cursor=" + page.Text("next"));
        Assert.Equal([second, cancelled, third], page.Body.GetProperty("items").EnumerateArray().Concat(rest.Body.GetProperty("items").EnumerateArray()).Select(b => b.GetProperty("id").GetString()));
        foreach (var id in (string[])[second, cancelled]) Assert.Equal(HttpStatusCode.NoContent, (await bench.Admin.SendAsync(HttpMethod.Delete, $"/api/backup/{id}")).Status);
        Assert.Equal([$"{third}.dump"], bench.Files);
        Assert.Single((await bench.Admin.GetAsync("/api/backup")).Body.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Backup_whose_service_is_killed_or_stopped_has_failed_and_leaves_nothing()
    {
        await using var bench = await BackupBench.CreateAsync("restarted");
        await bench.Pair.Source.ExecuteAsync("CREATE TABLE noise AS SELECT gen_random_uuid() a, gen_random_uuid() b, gen_random_uuid() c FROM generate_series(1, 300000)");
        var kept = await bench.BeginAsync();
        await bench.UntilAsync(kept, "done");
        await bench.Pair.Source.ExecuteAsync("DROP TABLE noise");
        await using (await bench.LockAsync())
        {
            var killed = await bench.BeginAsync();
            await bench.UntilWaitingAsync(1);
            await bench.Service.Process.KillAsync();
            await bench.Service.StartAgainAsync();
            Assert.Equal("E-BACKUP-008", (await bench.UntilAsync(killed, "failed")).Text("error_code"));
            Assert.Equal([$"{kept}.dump"], bench.Files);

            var stopped = await bench.BeginAsync();
            await bench.UntilWaitingAsync(2);
            // Nor does it wait for who downloads and does not read: there is more of it than is on the way.
            using var download = await bench.DownloadAsync(kept);
            Assert.True(download.Content.Headers.ContentLength > 15_000_000, $"only {download.Content.Headers.ContentLength} bytes");
            await bench.Service.Process.SignalAsync("TERM");
            Assert.Equal(0, await bench.Service.Process.WaitForExitAsync(TimeSpan.FromSeconds(25)));
            Assert.Equal([$"{kept}.dump"], bench.Files);
            await bench.Service.StartAgainAsync();
            Assert.Equal("E-BACKUP-008", (await bench.UntilAsync(stopped, "failed")).Text("error_code"));
        }

        // The program that outlived its service ends with the first word that nobody hears.
        await bench.UntilNoneAsync();
        await bench.UntilAsync(await bench.BeginAsync(), "done");
        Assert.Equal("done", (await bench.Admin.GetAsync($"/api/backup/{kept}")).Text("state"));
    }

    /// <summary>A directory is one service's: another would take what is being written for what was left behind.</summary>
    [Fact]
    public async Task Directory_of_another_service_is_refused_at_the_start()
    {
        await using var bench = await BackupBench.CreateAsync("twice");
        var state = Directory.CreateTempSubdirectory("orchestrator-service-");
        try
        {
            var second = await OrchestratorProcess.RunAsync(
                ["serve", "--urls", "http://127.0.0.1:0", "--state", state.FullName, "--backup-dir", bench.Folder], new Dictionary<string, string?> { ["ORCHESTRATOR_TOKEN_KEY"] = ServiceProcess.Key });

            Assert.Equal(2, second.ExitCode);
            Assert.Contains("E-BACKUP-003", second.Error, StringComparison.Ordinal);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static async Task UntilGoneAsync(BackupBench bench, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await bench.Admin.SendAsync(HttpMethod.Get, $"/api/backup/{id}")).Status != HttpStatusCode.NotFound) await Task.Delay(50, patience.Token);
    }
}
