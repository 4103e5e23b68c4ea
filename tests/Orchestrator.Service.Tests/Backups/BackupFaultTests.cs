using System.Net;
using Orchestrator.Service.Tests.Api;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Backups;

/// <summary>Backups that cannot be made say why, and what to do.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class BackupFaultTests
{
    [Fact]
    public async Task What_is_wrong_with_the_database_is_said_without_its_password()
    {
        const string planted = "Yx7planted-backup-secret";
        await using var bench = await BackupBench.CreateAsync("faulty");
        var role = await bench.Pair.CreateApplicationRoleAsync();
        await bench.Pair.Source.Cluster.ExecuteAsync("postgres", $"ALTER ROLE \"{role.Name}\" PASSWORD '{planted}'");
        var host = new Uri(bench.Pair.SourceUrl).Authority;

        foreach (var (name, url, code, says) in ((string, string, string, string)[])
            [
                ("password", $"postgresql://{role.Name}:{planted}x@{host}/{bench.Pair.Source.Name}", "E-CONN-012", "password refused"),
                ("rights", $"postgresql://{role.Name}:{planted}@{host}/{bench.Pair.Source.Name}", "E-BACKUP-007", "permission denied"),
                ("away", $"postgresql://{role.Name}:{planted}@127.0.0.1:1/x", "E-CONN-002", "nothing listens"),
            ])
        {
            var begun = await bench.Admin.PostAsync("/api/backup", new { connection_id = await bench.Admin.AddConnectionAsync(name, url) });
            var failed = await bench.UntilAsync(begun.Text("id")!, "failed");
            Assert.True(code == failed.Text("error_code") && failed.Text("error")!.Contains(says, StringComparison.Ordinal), failed.Body.ToString());
            Assert.DoesNotContain(planted, failed.Body.ToString(), StringComparison.Ordinal);
        }

        var other = await bench.Admin.SendAsync(HttpMethod.Post, "/api/backup", new { connection_id = await bench.Admin.AddConnectionAsync("mysql", "mysql://u:p@127.0.0.1:1/shop") });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "E-BACKUP-002"), (other.Status, other.Code));
        Assert.Equal("missing", (await bench.Admin.SendAsync(HttpMethod.Post, "/api/backup", new { })).Body.GetProperty("errors").GetProperty("connection_id").GetString());
        Assert.Empty(bench.Files);
        Assert.DoesNotContain(planted, bench.Service.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("unforeseen", bench.Service.Log, StringComparison.Ordinal);

        // A file that somebody took away is said to be gone, and its backup can be deleted.
        var id = await bench.BeginAsync();
        await bench.UntilAsync(id, "done");
        File.Delete(Directory.EnumerateFiles(bench.Folder, $"{id}.dump", SearchOption.AllDirectories).Single());
        Assert.Equal("E-BACKUP-009", (await bench.Admin.SendAsync(HttpMethod.Get, $"/api/backup/{id}/download")).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await bench.Admin.SendAsync(HttpMethod.Delete, $"/api/backup/{id}")).Status);
    }

    [Fact]
    public async Task Full_disk_and_missing_program_are_said_and_leave_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(2);
        await using var pair = await PgPair.CreateDatabasesAsync("diskful");
        await pair.Source.ExecuteAsync("CREATE TABLE t AS SELECT gen_random_uuid() a, gen_random_uuid() b FROM generate_series(1, 100000)");
        await using var service = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--backup-dir", disk.Directory);
        Assert.Equal("E-BACKUP-004", await FailAsync(service, pair.SourceUrl));
        Assert.Empty(Directory.EnumerateFiles(disk.Directory, "*.dump*", SearchOption.AllDirectories));

        await using var bare = await ServiceProcess.StartAsync(
            new Dictionary<string, string> { ["ORCHESTRATOR_PG_BIN"] = "/nowhere" }, "--allow-network", "127.0.0.0/8", "--backup-dir", Path.Combine(disk.Directory, "more"));
        Assert.Equal("E-BACKUP-006", await FailAsync(bare, pair.SourceUrl));
    }

    [Fact]
    public async Task Service_without_a_directory_says_which_option_it_lacks()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");

        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Post, ""), (HttpMethod.Get, "/x"), (HttpMethod.Get, "/x/download"), (HttpMethod.Delete, "/x")])
        {
            var answer = await admin.SendAsync(method, "/api/backup" + path, method == HttpMethod.Post ? new { connection_id = "x" } : null);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "E-BACKUP-001"), (answer.Status, answer.Code));
            Assert.Contains("--backup-dir", answer.Text("detail"), StringComparison.Ordinal);
        }
    }

    private static async Task<string?> FailAsync(ServiceProcess service, string url)
    {
        var admin = await service.SignUpAsync("ours");
        var path = $"/api/backup/{(await admin.PostAsync("/api/backup", new { connection_id = await admin.AddConnectionAsync("c", url) })).Text("id")}";
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await admin.GetAsync(path)).Text("state") == "running") await Task.Delay(50, patience.Token);
        var ended = await admin.GetAsync(path);
        Assert.Equal("failed", ended.Text("state"));
        return ended.Text("error_code");
    }
}
