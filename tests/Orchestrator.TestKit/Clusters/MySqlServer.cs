using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.TestKit;

/// <summary>
/// A throwaway MariaDB or MySQL server in a temp directory: its own random port on 127.0.0.1, row based binary log with full
/// metadata, a random password of its account <c>admin</c>. It is removed on dispose and also when this process dies.
/// </summary>
public sealed class MySqlServer : IAsyncDisposable
{
    /// <summary>Argument: the server's directory. Kills the server and deletes everything.</summary>
    internal const string RemoveScript = "[ -f \"$1/pid\" ] && kill -9 \"$(cat \"$1/pid\")\" 2>/dev/null; sleep 0.1; rm -rf \"$1\"";

    private readonly LifeLine _guard;
    private readonly IReadOnlyList<string> _settings;
    private bool _disposed;

    private MySqlServer(MySqlProduct product, string directory, IReadOnlyList<string> settings, LifeLine guard) =>
        (Product, Directory, _settings, _guard) = (product, directory, settings, guard);

    /// <summary>What it is.</summary>
    public MySqlProduct Product { get; }

    /// <summary>The server's own directory: <c>data</c>, <c>socket</c>, <c>pid</c> and <c>server.log</c> are in it.</summary>
    public string Directory { get; }

    /// <summary>TCP port on 127.0.0.1; stays the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>Password of the account <c>admin</c>, which has every right.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(20, lowercase: true);

    /// <summary>Where the server's unix socket is.</summary>
    public string Socket => Directory + "/socket";

    /// <summary>Makes and starts a server of the chosen kind.</summary>
    /// <param name="settings">Options of the server that replace or extend the kit's own, e.g. <c>--binlog-row-image=MINIMAL</c>.</param>
    public static Task<MySqlServer> StartAsync(params string[] settings) => StartAsync(MySqlProduct.Chosen, settings);

    /// <summary>As the other overload, of a kind that is named.</summary>
    public static async Task<MySqlServer> StartAsync(MySqlProduct product, params string[] settings)
    {
        await StaleClusters.SweepOnceAsync();
        var template = await MySqlTemplate.GetAsync(product);
        var directory = StaleClusters.NewMariaDirectory();
        var guard = new LifeLine(ServerAccount.StartInfo("sh", ["-c", LifeLine.Script(RemoveScript), "sh", directory]));
        var server = new MySqlServer(product, directory, settings, guard);
        try
        {
            await ServerAccount.RequireAsync("sh", "-c", "umask 077; mkdir \"$1\" \"$1/tmp\" && cp -R \"$2\" \"$1/data\"", "sh", directory, template);
            server.Port = FreePort();
            await server.StartAgainAsync();
            await server.RunAsRootAsync(
                $"CREATE USER admin@'127.0.0.1' IDENTIFIED BY '{server.Password}'; GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a stopped server on the same port.</summary>
    public async Task StartAgainAsync()
    {
        string[] arguments =
        [
            // A server that starts removes what it finds of temporary tables: also those of others that share the directory.
            "--no-defaults", $"--datadir={Directory}/data", $"--tmpdir={Directory}/tmp", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", $"--socket={Socket}",
            $"--pid-file={Directory}/pid", "--bind-address=127.0.0.1", "--skip-name-resolve", "--log-bin=binlog", "--server-id=1",
            "--binlog-row-metadata=FULL", "--binlog-row-image=FULL", "--innodb-buffer-pool-size=128M",
            "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0", "--max-connections=300", "--character-set-server=utf8mb4",
            "--performance-schema=OFF", .. Product.Settings, .. _settings,
        ];
        var start = ServerAccount.StartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1 &", "sh", Directory + "/server.log", Product.Program, .. arguments]);
        await ProgramRun.RunAsync(start);
        await WaitUntilUpAsync();
    }

    /// <summary>Stops the server; <see cref="StopMode.Immediate"/> is as a power cut.</summary>
    public async Task StopAsync(StopMode mode = StopMode.Fast)
    {
        var signal = mode == StopMode.Fast ? "-TERM" : "-KILL";
        await ServerAccount.RequireAsync(
            "sh", "-c", "p=$(cat \"$1/pid\"); kill $2 $p; while kill -0 $p 2>/dev/null; do sleep 0.05; done; rm -f \"$1/pid\"", "sh", Directory, signal);
    }

    /// <summary>Stops and starts the server on the same port.</summary>
    public async Task RestartAsync(StopMode mode = StopMode.Fast)
    {
        await StopAsync(mode);
        await StartAgainAsync();
    }

    /// <summary>A URL as users write it.</summary>
    public string Url(string databases, string user = "admin", string? password = null) =>
        $"mysql://{user}:{password ?? Password}@127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/{Uri.EscapeDataString(databases)}";

    /// <summary>Feeds a script to the server's own client, which also understands DELIMITER.</summary>
    /// <param name="database">Default database; empty for none.</param>
    /// <param name="script">Statements, UTF-8.</param>
    /// <param name="arguments">Further arguments of the client.</param>
    /// <returns>What it printed: tab separated, without headers.</returns>
    public async Task<string> RunAsync(string database, Stream script, params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(ClientInfo(database, arguments), script);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"mariadb ended with {result.ExitCode}: {result.Error}");
    }

    /// <summary>As the other overload, for a script in memory.</summary>
    public async Task<string> RunAsync(string database, string sql)
    {
        using var script = new MemoryStream(Encoding.UTF8.GetBytes(Product.Speak(sql)));
        return await RunAsync(database, script);
    }

    /// <summary>Describes the start of the client; the password travels by environment.</summary>
    public ProcessStartInfo ClientInfo(string database, params string[] arguments)
    {
        var info = new ProcessStartInfo(
            "mariadb",
            ["--no-defaults", "-h", "127.0.0.1", "-P", Port.ToString(CultureInfo.InvariantCulture), "-u", "admin", "-N", "-B", "--default-character-set=utf8mb4", "--connect-timeout=60", .. arguments]);
        if (database.Length > 0) info.ArgumentList.Add(database);
        info.Environment["MYSQL_PWD"] = Password;
        return info;
    }

    /// <summary>What the server has logged so far.</summary>
    public Task<string> ReadLogAsync() =>
        File.Exists(Directory + "/server.log") ? File.ReadAllTextAsync(Directory + "/server.log") : Task.FromResult("");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _guard.PullAsync();
        _guard.Dispose();
    }

    private async Task RunAsRootAsync(string sql)
    {
        using var script = new MemoryStream(Encoding.UTF8.GetBytes(sql));
        var result = await ProgramRun.RunAsync(ServerAccount.StartInfo("mariadb", ["--no-defaults", "-S", Socket, "-u", "root"]), script);
        if (result.ExitCode != 0) throw new InvalidOperationException($"mariadb ended with {result.ExitCode}: {result.Error}");
    }

    private async Task WaitUntilUpAsync()
    {
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < TimeSpan.FromSeconds(120))
        {
            var ping = await ProgramRun.RunAsync(ServerAccount.StartInfo("mariadb-admin", ["--no-defaults", "-S", Socket, "-u", "root", "ping"]));
            if (ping.ExitCode == 0) return;
            await Task.Delay(100);
        }

        throw new InvalidOperationException($"the server did not start: {await ReadLogAsync()}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
