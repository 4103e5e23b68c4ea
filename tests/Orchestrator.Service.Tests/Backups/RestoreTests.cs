using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Orchestrator.Service.Tests.Api;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Backups;

/// <summary>What the API backs up can be restored, by whom it is for, and by nobody else.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RestoreTests
{
    private const string Contents =
        """
        CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, born date, photo bytea, tags text[]);
        INSERT INTO customer (name, born, photo, tags) SELECT 'Grüße ' || i, CASE WHEN i % 7 > 0 THEN DATE '-infinity' END, decode(md5(i::text), 'hex'), ARRAY['a"b', NULL, ''] FROM generate_series(1, 20000) i;
        CREATE SCHEMA "S ü"; CREATE TABLE "S ü"."ord""er" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer bigint REFERENCES customer, total numeric);
        INSERT INTO "S ü"."ord""er" (customer, total) SELECT i, i / 7.0 FROM generate_series(1, 5000) i; CREATE VIEW big AS SELECT * FROM "S ü"."ord""er" WHERE total > 100
        """;

    [Fact]
    public async Task Backup_by_the_api_is_restored_by_the_documented_command_and_is_the_same()
    {
        await using var bench = await BackupBench.CreateAsync("restore");
        await bench.Pair.Source.ExecuteAsync(Contents);

        var id = await bench.BeginAsync();
        var done = await bench.UntilAsync(id, "done");
        using var download = await bench.DownloadAsync(id);
        var bytes = await download.Content.ReadAsByteArrayAsync();
        var file = Path.Combine(bench.Folder, "shop.dump");
        await File.WriteAllBytesAsync(file, bytes);

        Assert.Equal(done.Body.GetProperty("bytes").GetInt64(), bytes.Length);
        Assert.Equal(done.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal((4, 4), (done.Body.GetProperty("tables").GetInt32(), done.Body.GetProperty("tables_done").GetInt32()));
        Assert.Equal($"{id}.dump", download.Content.Headers.ContentDisposition!.FileName);
        var stored = Path.Combine(bench.Folder, (await bench.Admin.GetAsync("/api/tenant")).Text("id")!, $"{id}.dump");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(stored));
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), Modes(stored));

        await RestoreAsync(bench.Pair.Target, file);
        var same = await FullCompare.RequireEqualAsync(bench.Pair);
        Assert.Equal((4, 26_000), (same.Tables, (int)same.Rows));
        Assert.Equal(await bench.Pair.Source.QueryScalarAsync("SELECT sum(total) FROM big"), await bench.Pair.Target.QueryScalarAsync("SELECT sum(total) FROM big"));
        var lines = (await bench.Admin.GetAsync("/api/audit")).Body.GetProperty("items").EnumerateArray().Select(l => $"{l.GetProperty("action")} {l.GetProperty("subject")} {l.GetProperty("result")}").ToList();
        Assert.Contains($"POST /api/backup/ {id} shop 202", lines);
        Assert.Contains($"GET /api/backup/{{id}}/download {id} shop 200", lines);
    }

    [Fact]
    public async Task S6_S7_backup_is_its_tenants_and_not_for_viewers()
    {
        await using var bench = await BackupBench.CreateAsync("isolated");
        var (stranger, user, viewer) = (await bench.Service.SignUpAsync("theirs"), await bench.Service.JoinAsync(bench.Admin, "u@ours.example", "user"), await bench.Service.JoinAsync(bench.Admin, "v@ours.example", "viewer"));
        var body = new { connection_id = bench.Connection };

        // Sent again under its key it is begun once, and the key is of this connection.
        var begun = await user.SendAsync(HttpMethod.Post, "/api/backup", body, ("Idempotency-Key", "k1"));
        var again = await user.SendAsync(HttpMethod.Post, "/api/backup", body, ("Idempotency-Key", "k1"));
        var other = await user.SendAsync(HttpMethod.Post, "/api/backup", new { connection_id = "another" }, ("Idempotency-Key", "k1"));
        var path = $"/api/backup/{begun.Text("id")}";
        await bench.UntilAsync(begun.Text("id")!, "done");

        Assert.Equal((begun.Text("id"), "E-API-005"), (again.Text("id"), other.Code));
        Assert.Equal("there is no such connection", (await stranger.SendAsync(HttpMethod.Post, "/api/backup", body)).Body.GetProperty("errors").GetProperty("connection_id").GetString());
        Assert.Empty((await stranger.GetAsync("/api/backup")).Body.GetProperty("items").EnumerateArray());
        Assert.Single((await viewer.GetAsync("/api/backup")).Body.GetProperty("items").EnumerateArray());
        foreach (var (who, method, to, status) in ((ApiClient, HttpMethod, string, HttpStatusCode)[])
            [
                (stranger, HttpMethod.Get, path, HttpStatusCode.NotFound), (stranger, HttpMethod.Get, path + "/download", HttpStatusCode.NotFound), (stranger, HttpMethod.Delete, path, HttpStatusCode.NotFound),
                (viewer, HttpMethod.Get, path, HttpStatusCode.OK), (viewer, HttpMethod.Get, path + "/download", HttpStatusCode.Forbidden), (viewer, HttpMethod.Post, "/api/backup", HttpStatusCode.Forbidden),
                (viewer, HttpMethod.Delete, path, HttpStatusCode.Forbidden), (user, HttpMethod.Get, path + "/download", HttpStatusCode.OK), (user, HttpMethod.Delete, path, HttpStatusCode.Forbidden),
                (bench.Admin, HttpMethod.Delete, path, HttpStatusCode.NoContent), (bench.Admin, HttpMethod.Get, path, HttpStatusCode.NotFound),
            ])
        {
            var answer = await who.SendAsync(method, to, method == HttpMethod.Post ? body : null);
            Assert.True(answer.Status == status, $"{method} {to}: {answer.Status} {answer.Body}");
        }

        Assert.Empty(bench.Files);
    }

    /// <summary>As docs/service.md has it.</summary>
    private static async Task RestoreAsync(PgDatabase empty, string file)
    {
        var url = new Uri(empty.Url);
        var restore = new ProcessStartInfo(
            PgBinaries.Path("pg_restore"),
            ["--exit-on-error", "--no-owner", "--no-privileges", "--jobs=4", $"--dbname=postgresql://{url.UserInfo.Split(':')[0]}@{url.Authority}/{empty.Name}", file]);
        restore.Environment["PGPASSWORD"] = Uri.UnescapeDataString(url.UserInfo.Split(':')[1]);
        var result = await ProgramRun.RunAsync(restore);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static (UnixFileMode File, UnixFileMode Folder) Modes(string file) => OperatingSystem.IsWindows() ? default : (File.GetUnixFileMode(file), File.GetUnixFileMode(Path.GetDirectoryName(file)!));
}
