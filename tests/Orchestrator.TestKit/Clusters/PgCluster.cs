using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>
/// A throwaway PostgreSQL server in a temp directory: its own random port on 127.0.0.1, its own socket directory,
/// a random superuser password. It is removed on dispose and also when this process dies in any way.
/// </summary>
public sealed class PgCluster : IAsyncDisposable
{
    /// <summary>Arguments: pg_ctl, the cluster's directory. Stops the server the hard way and deletes everything.</summary>
    internal const string RemoveScript =
        "[ -f \"$2/data/postmaster.pid\" ] && \"$1\" -D \"$2/data\" -m immediate -w stop >/dev/null 2>&1; rm -rf \"$2\"";

    private const string CopyScript =
        "umask 077; mkdir \"$1\" \"$1/sockets\" && cp -R \"$2\" \"$1/data\" && echo \"include 'kit.conf'\" >> \"$1/data/postgresql.conf\"";

    private readonly LifeLine _guard;
    private readonly PgClusterOptions _options;
    private bool _disposed;

    private PgCluster(string directory, string password, PgClusterOptions options, LifeLine guard)
    {
        (Directory, Password, _options, _guard) = (directory, password, options, guard);
    }

    /// <summary>The cluster's own directory: <c>data</c>, <c>sockets</c> and <c>server.log</c> are in it.</summary>
    public string Directory { get; }

    /// <summary>Where the server's unix socket is (a <c>host</c> value for libpq).</summary>
    public string SocketDirectory => Directory + "/sockets";

    /// <summary>The server's data directory.</summary>
    public string DataDirectory => Directory + "/data";

    /// <summary>TCP port on 127.0.0.1; stays the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>Password of the superuser <c>postgres</c>.</summary>
    public string Password { get; private set; }

    /// <summary>Makes and starts a cluster.</summary>
    public static async Task<PgCluster> StartAsync(PgClusterOptions? options = null)
    {
        options ??= new PgClusterOptions();
        await StaleClusters.SweepOnceAsync();
        var template = await InitDbTemplate.GetAsync(options.InitDbArguments);
        var directory = StaleClusters.NewDirectory();
        var guard = new LifeLine(ServerAccount.StartInfo("sh",
            ["-c", LifeLine.Script(RemoveScript), "sh", PgBinaries.Path("pg_ctl"), directory]));
        var cluster = new PgCluster(directory, template.Password, options, guard);
        try
        {
            await ServerAccount.RequireAsync("sh", "-c", CopyScript, "sh", directory, template.Directory);
            await SystemIdentifier.RenewAsync(cluster.DataDirectory);
            await cluster.FirstStartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a stopped server on the same port.</summary>
    public Task StartAgainAsync() => ControlAsync("start");

    /// <summary>Stops the server; <see cref="StopMode.Immediate"/> is as a power cut.</summary>
    public Task StopAsync(StopMode mode = StopMode.Fast)
        => ServerAccount.RequireAsync(PgBinaries.Path("pg_ctl"),
            "-D", DataDirectory, "-m", Word(mode), "-w", "stop");

    /// <summary>Stops and starts the server on the same port; one that has ended by itself is started.</summary>
    public Task RestartAsync(StopMode mode = StopMode.Fast) => ControlAsync("-m", Word(mode), "restart");

    /// <summary>Restarts the server with its write-ahead log in another directory, which its account must own.</summary>
    public async Task MoveLogAsync(string directory)
    {
        await StopAsync();
        await ServerAccount.RequireAsync("sh", "-c", "mv \"$1/pg_wal\" \"$2/\" && ln -s \"$2/pg_wal\" \"$1/pg_wal\"", "sh", DataDirectory, directory);
        await StartAgainAsync();
    }

    /// <summary>A URL as users write it, with user and password.</summary>
    public string Url(string database, string user = "postgres", string? password = null)
        => $"postgresql://{user}:{password ?? Password}@127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/{Uri.EscapeDataString(database)}";

    /// <summary>An Npgsql connection string; unpooled, so that databases can be dropped and servers restarted.</summary>
    public string ConnectionString(string database, string user = "postgres", string? password = null)
        => new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = user,
            Password = password ?? Password,
            Database = database,
            Pooling = false,
            IncludeErrorDetail = true,
            // Tests set limits on roles to try the product under them; what a test itself does is not meant.
            Options = "-c statement_timeout=0 -c lock_timeout=0",
        }.ConnectionString;

    /// <summary>Creates an empty database from template0.</summary>
    /// <param name="name">Its name, any characters.</param>
    /// <param name="encoding">Its encoding (then with locale C), null for the cluster's own.</param>
    public Task CreateDatabaseAsync(string name, string? encoding = null)
        => ExecuteAsync("postgres", $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" TEMPLATE template0"
            + (encoding is null ? "" : $" ENCODING '{encoding}' LOCALE 'C'"));

    /// <summary>Runs one or more statements in a database.</summary>
    public Task ExecuteAsync(string database, string sql, CancellationToken cancel = default)
        => PgText.ExecuteAsync(ConnectionString(database), sql, cancel);

    /// <summary>The first value of a query as text.</summary>
    public Task<string?> QueryScalarAsync(string database, string sql, CancellationToken cancel = default)
        => PgText.QueryScalarAsync(ConnectionString(database), sql, cancel);

    /// <summary>All rows of a query as text.</summary>
    public Task<IReadOnlyList<string?[]>> QueryRowsAsync(string database, string sql, CancellationToken cancel = default)
        => PgText.QueryRowsAsync(ConnectionString(database), sql, cancel);

    /// <summary>Feeds a script to psql, which also understands <c>COPY ... FROM stdin</c> blocks and backslash commands.</summary>
    /// <returns>What psql printed (unaligned, tuples only).</returns>
    public async Task<string> PsqlAsync(string database, Stream script, CancellationToken cancel = default)
    {
        var info = ClientInfo("psql", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-");
        var result = await ProgramRun.RunAsync(info, script, cancel);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"psql ended with {result.ExitCode}: {result.Error}");
    }

    /// <summary>As the other overload, for a script in memory.</summary>
    public async Task<string> PsqlAsync(string database, string sql, CancellationToken cancel = default)
    {
        using var script = new MemoryStream(Encoding.UTF8.GetBytes(sql));
        return await PsqlAsync(database, script, cancel);
    }

    /// <summary>Describes the start of a client program of PostgreSQL on this cluster; the password travels by environment.</summary>
    public ProcessStartInfo ClientInfo(string program, string database, params string[] arguments)
    {
        var info = new ProcessStartInfo(PgBinaries.Path(program), arguments);
        info.Environment["PGHOST"] = "127.0.0.1";
        info.Environment["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture);
        info.Environment["PGUSER"] = "postgres";
        info.Environment["PGPASSWORD"] = Password;
        info.Environment["PGDATABASE"] = database;
        info.Environment["PGCLIENTENCODING"] = "UTF8";
        return info;
    }

    /// <summary>What the server has logged so far.</summary>
    public Task<string> ReadLogAsync()
        => File.Exists(Directory + "/server.log") ? File.ReadAllTextAsync(Directory + "/server.log") : Task.FromResult("");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _guard.PullAsync();
        _guard.Dispose();
    }

    private static string Word(StopMode mode) => mode == StopMode.Fast ? "fast" : "immediate";

    private async Task ControlAsync(params string[] how)
    {
        var result = await ServerAccount.RunAsync(PgBinaries.Path("pg_ctl"),
            ["-D", DataDirectory, "-l", Directory + "/server.log", "-w", "-t", "120", .. how]);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"the server did not start: {result.Error}{await ReadLogAsync()}");
    }

    private async Task FirstStartAsync()
    {
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort();
            await ServerAccount.RequireAsync("sh", "-c", "printf '%s' \"$2\" > \"$1\"", "sh", DataDirectory + "/kit.conf", Configuration());
            try
            {
                await StartAgainAsync();
                break;
            }
            catch (InvalidOperationException) when (attempt < attempts)
            {
                // The free port may have been taken by another process between the look and the start.
                await ServerAccount.RunAsync("rm", "-f", Directory + "/server.log");
            }
        }
        var password = RandomNumberGenerator.GetHexString(20, lowercase: true);
        await ExecuteAsync("postgres", $"ALTER ROLE postgres PASSWORD '{password}'");
        Password = password;
    }

    private string Configuration()
    {
        var flag = _options.Fsync ? "on" : "off";
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = SocketDirectory,
            ["wal_level"] = "logical",
            ["max_wal_senders"] = "20",
            ["max_replication_slots"] = "20",
            ["max_connections"] = "100",
            ["max_prepared_transactions"] = "10",
            ["shared_buffers"] = "128MB",
            ["fsync"] = flag,
            ["full_page_writes"] = flag,
        };
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        return string.Concat(settings.Select(s => $"{s.Key} = '{s.Value.Replace("'", "''", StringComparison.Ordinal)}'\n"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
