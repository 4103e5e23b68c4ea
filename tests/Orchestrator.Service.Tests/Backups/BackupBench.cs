using System.Net;
using Npgsql;
using Orchestrator.Service.Tests.Api;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Backups;

/// <summary>A service that makes backups, a tenant, and a database of it.</summary>
internal sealed class BackupBench : IAsyncDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("orchestrator-backups-");

    private BackupBench(DatabasePair pair) => Pair = pair;

    public DatabasePair Pair { get; }

    public ServiceProcess Service { get; private set; } = null!;

    public ApiClient Admin { get; private set; } = null!;

    /// <summary>Connection of the source.</summary>
    public string Connection { get; private set; } = "";

    public string Folder => Path.Combine(_parent.FullName, "backups");

    /// <summary>Names of the backups' files, whole or not.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Folder, "*.dump*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public static async Task<BackupBench> CreateAsync(string name, params string[] options)
    {
        var bench = new BackupBench(await PgPair.CreateDatabasesAsync(name));
        await bench.Pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000) i; CREATE TABLE u (id int)");
        bench.Service = await ServiceProcess.StartAsync(["--allow-network", "127.0.0.0/8", "--open-signup", "--backup-dir", bench.Folder, .. options]);
        bench.Admin = await bench.Service.SignUpAsync("ours");
        bench.Connection = await bench.Admin.AddConnectionAsync("shop", bench.Pair.SourceUrl);
        return bench;
    }

    public async Task<string> BeginAsync()
    {
        var begun = await Admin.SendAsync(HttpMethod.Post, "/api/backup", new { connection_id = Connection });
        Assert.True(begun.Status == HttpStatusCode.Accepted, begun.Body.ToString());
        return begun.Text("id")!;
    }

    public async Task<Reply> UntilAsync(string id, string state)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var backup = await Admin.GetAsync($"/api/backup/{id}");
            if (backup.Text("state") == state) return backup;
            Assert.False(patience.IsCancellationRequested || backup.Text("state") != "running", $"{backup.Body}\n{Service.Log}");
            await Task.Delay(50);
        }
    }

    /// <summary>Begins to download a backup; its bytes are the caller's to read.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/backup/{id}/download");
        request.Headers.Authorization = new("Bearer", Admin.Token);
        return await Service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Keeps a table for itself, so that a dump waits for it.</summary>
    public async Task<NpgsqlConnection> LockAsync()
    {
        var connection = new NpgsqlConnection(Pair.Source.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until so many dumps wait for the table.</summary>
    public Task UntilWaitingAsync(int count) => UntilSessionsAsync("wait_event_type = 'Lock'", count);

    /// <summary>Waits until the server has no session of a dump.</summary>
    public Task UntilNoneAsync() => UntilSessionsAsync("true", 0);

    /// <summary>Programs of that name which the service started and which still run.</summary>
    public int Children(string program) => Directory.EnumerateDirectories("/proc").Count(d => int.TryParse(Path.GetFileName(d), out var pid) && IsChild(pid, program));

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Pair.DisposeAsync();
        _parent.Delete(recursive: true);
    }

    private async Task UntilSessionsAsync(string which, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var sql = $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orchestrator backup' AND {which}";
        while (await Pair.Source.QueryScalarAsync(sql) != $"{count}") await Task.Delay(50, patience.Token);
    }

    /// <summary>Pid, name in parentheses, state, parent: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.</summary>
    private bool IsChild(int pid, string program)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat.Contains($"({program})", StringComparison.Ordinal) && stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is [not "Z", var parent, ..] && parent == $"{Service.Process.Id}";
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return false;
        }
    }
}
