using System.Text;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S2: passwords that are planted are found nowhere but where they were put, encrypted.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SecretTests
{
    private const string Planted = "Xq7planted-db-secret-zZ9";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S2_planted_passwords_are_in_no_answer_no_log_no_file_and_no_table(bool controlDb)
    {
        await using var control = await PgPair.CreateDatabasesAsync("secretcontrol");
        var pair = await PgPair.CreateDatabasesAsync("secret");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)");
        var role = $"planted_{pair.Source.Name}";
        foreach (var side in (PgDatabase[])[pair.Source, pair.Target]) await side.Cluster.ExecuteAsync("postgres", $"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{Planted}'");
        try
        {
            await using var service = await ServiceProcess.StartAsync(["--allow-network", "127.0.0.0/8", "--backup-dir", ServiceProcess.Home + "/backups", .. controlDb ? ["--control-db", control.SourceUrl] : Array.Empty<string>()]);
            var seen = new StringBuilder();
            var admin = await service.SignUpAsync("ours");
            foreach (var request in await LifeAsync(admin, Url(pair.Source, role), Url(pair.Target, role))) seen.Append(request.Body.GetRawText());

            Require("an answer", seen.ToString(), admin.Token);
            Require("the log", service.Log, admin.Token);
            foreach (var file in Directory.EnumerateFiles(service.State, "*", SearchOption.AllDirectories))
                Require(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), admin.Token);
            var dump = await ProgramRun.RunAsync(new System.Diagnostics.ProcessStartInfo(PgBinaries.Path("pg_dump"), ["--inserts", "-d", control.Source.Url]));
            Require("the control database", dump.Output + dump.Error, admin.Token);
            Assert.Contains(controlDb ? "INSERT INTO orchestrator_control.connection" : "PostgreSQL database dump complete", dump.Output, StringComparison.Ordinal);
        }
        finally
        {
            // The role owns what it created there.
            await pair.DisposeAsync();
            foreach (var side in (PgDatabase[])[pair.Source, pair.Target]) await side.Cluster.ExecuteAsync("postgres", $"DROP ROLE {role}");
        }
    }

    private static string Url(PgDatabase database, string role) => $"postgresql://{role}:{Planted}@127.0.0.1:{new Uri(database.Url).Port}/{database.Name}";

    /// <summary>A migration from first to last with errors on the way, and everything the service says about it.</summary>
    private static async Task<IReadOnlyList<Reply>> LifeAsync(ApiClient admin, string source, string target)
    {
        var (sourceId, targetId) = (await admin.AddConnectionAsync("source", source), await admin.AddConnectionAsync("target", target));
        var wrong = await admin.AddConnectionAsync("wrong", source.Replace("planted_", "nobody_", StringComparison.Ordinal));
        var answers = new List<Reply>
        {
            await admin.PostAsync($"/api/connections/{wrong}/test"),
            await admin.SendAsync(HttpMethod.Post, "/api/connections", new { name = "bad", url = source + "?nonsense=1" }),
            await admin.SendAsync(HttpMethod.Post, "/api/connections", new { name = "bad", url = source.Replace("postgresql", "nonsense", StringComparison.Ordinal) }),
        };
        foreach (var connection in (string[])[wrong, sourceId]) answers.Add(await BackupAsync(admin, connection));
        var failing = await admin.AddMigrationAsync("failing", wrong, targetId);
        await admin.PostAsync($"/api/migrations/{failing}/start");
        answers.Add(await admin.UntilAsync(failing, m => m.Body.GetProperty("last_exit").ValueKind == System.Text.Json.JsonValueKind.Number));
        var id = await admin.AddMigrationAsync("move", sourceId, targetId, new { cutover = "auto" });
        await admin.PostAsync($"/api/migrations/{id}/start");
        answers.Add(await admin.UntilAsync(id, m => m.Text("state") == "complete"));
        foreach (var path in (string[])["/api/connections", $"/api/connections/{sourceId}", "/api/migrations", $"/api/migrations/{id}/progress", $"/api/migrations/{id}/report", $"/api/migrations/{id}/journal", $"/api/migrations/{id}/tables", "/api/audit", "/api/audit/export", "/api/analytics/usage", "/api/analytics/performance", "/api/analytics/workers", "/api/approvals", "/api/tenant/users"])
            answers.Add(await admin.GetAsync(path));
        return answers;
    }

    private static async Task<Reply> BackupAsync(ApiClient admin, string connection)
    {
        var begun = await admin.PostAsync("/api/backup", new { connection_id = connection });
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await admin.GetAsync($"/api/backup/{begun.Text("id")}")).Text("state") == "running") await Task.Delay(50, patience.Token);
        return await admin.GetAsync("/api/backup");
    }

    private static void Require(string where, string text, string token)
    {
        foreach (var secret in (string[])[Planted, "pass of ours!", ServiceProcess.Key, token])
            Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{secret} is in {where}");
    }
}
