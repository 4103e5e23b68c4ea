using Orchestrator.EndToEnd.Tests.Debezium;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>
/// One migration under a writing application, driven by the command line tool as a process of its own that is killed,
/// interrupted, stopped and resumed.
/// </summary>
internal sealed class DrillScene : IAsyncDisposable
{
    private const string Run = "drill";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-drill-").FullName;
    private readonly DrillOptions _options;
    private readonly List<OrchestratorProcess> _processes = [];
    private SwitchFile _route = null!;

    private DrillScene(DrillOptions options, DatabasePair pair, ApplicationRole role)
    {
        (_options, Pair, Role) = (options, pair, role);
        if (options.ByKafka) Kafka = new KafkaSide();
    }

    /// <summary>Kafka and Kafka Connect, if changes come that way.</summary>
    public KafkaSide? Kafka { get; }

    public DatabasePair Pair { get; }

    public ApplicationRole Role { get; }

    public LiveWriter Writer { get; private set; } = null!;

    public SideProbe Probe { get; private set; } = null!;

    /// <summary>The target as it was when the application was moved there last.</summary>
    public HeldSnapshot? AtSwitch { get; private set; }

    /// <summary>Happens in the cutover's switch of traffic, before the application is moved to the target.</summary>
    public Func<Task> WhileSwitching { get; set; } = () => Task.CompletedTask;

    /// <summary>Where the tool connects, if not as superuser of the source.</summary>
    public string? SourceUrl { get; set; }

    /// <summary>Where the tool connects, if not directly to the target.</summary>
    public string? TargetUrl { get; set; }

    /// <summary>Database where runs are kept, if not in a file.</summary>
    public string? ControlUrl { get; set; }

    /// <summary>Directory of the control store.</summary>
    public string State => Path.Combine(_directory, "state");

    public static async Task<DrillScene> StartAsync(string name, DrillOptions? options = null)
    {
        options ??= new DrillOptions();
        var pair = options.OwnServers ? await OwnPairAsync(options.TargetDisk) : await PgPair.CreateDatabasesAsync(name);
        var scene = new DrillScene(options, pair, await pair.CreateApplicationRoleAsync());
        await Shop.CreateAsync(pair.Source, scene.Role.Name, options.Rows);
        scene._route = new SwitchFile(scene._directory, scene.MoveAsync);
        scene.Writer = await LiveWriter.StartAsync(scene.Role.SourceConnectionString, new LiveWriterOptions
        {
            Tables = Shop.Written, TransactionsPerSecond = options.Rate, Ledger = true, RollbackShare = 0.1,
        });
        scene.Probe = new SideProbe(scene.Role);
        await scene.Writer.WaitForCommitsAsync(10, Patience);
        return scene;
    }

    /// <summary>Starts <c>migrate</c>, to be killed at a point if one is given.</summary>
    public OrchestratorProcess Migrate(string? crashAt = null) => Start(
        [
            "migrate", "--cutover", _options.Cutover, "--on-switch", SwitchCommand(), "--on-switch-undo", _route.UndoCommand,
            "--parallel-workers", "2", "--batch-size", "500", .. ChangeSource(),
            .. _options.ShareLoad ? ["--share-load"] : Array.Empty<string>(),
        ], crashAt);

    /// <summary>Starts any command about the run.</summary>
    public OrchestratorProcess Start(IEnumerable<string> arguments, string? crashAt = null)
    {
        var process = OrchestratorProcess.Start([.. arguments, "--run", Run, "--state", State], new Dictionary<string, string?>
        {
            ["SOURCE_DB_URL"] = SourceUrl ?? Pair.SourceUrl, ["TARGET_DB_URL"] = TargetUrl ?? Pair.TargetUrl, ["ORCHESTRATOR_CRASH_AT"] = crashAt,
            ["ORCHESTRATOR_CONTROL_DB"] = ControlUrl,
        });
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts a worker, to be killed at a point if one is given.</summary>
    public OrchestratorProcess Work(string? crashAt = null) => Start(["worker"], crashAt);

    /// <summary>Parts of the run that a worker holds under a lease that has not run out, by the target's word.</summary>
    public async Task<int> PartsOfAsync(OrchestratorProcess worker) => int.Parse((await Pair.Target.QueryScalarAsync($"""
        SELECT count(*) FROM orchestrator.apply_part p JOIN orchestrator.apply_worker w USING (token)
        WHERE w.name LIKE 'pid {worker.Id} on %' AND w.alive_until > now()
        """))!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Waits until a worker holds so many parts.</summary>
    public async Task UntilPartsAsync(OrchestratorProcess worker, Func<int, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!wanted(await PartsOfAsync(worker))) await Task.Delay(50, limit.Token);
    }

    /// <summary>Waits until a worker copies so many chunks at once, by the target's word.</summary>
    public async Task UntilChunksAsync(OrchestratorProcess worker, Func<int, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!wanted(int.Parse((await Pair.Target.QueryScalarAsync($"""
            SELECT count(*) FROM orchestrator.load_chunk c JOIN orchestrator.apply_worker w USING (token)
            WHERE w.name LIKE 'pid {worker.Id} on %' AND NOT c.is_done
            """))!, System.Globalization.CultureInfo.InvariantCulture))) await Task.Delay(50, limit.Token);
    }

    /// <summary>Runs a command to its end and returns its exit code with what it printed.</summary>
    public async Task<ProgramResult> CommandAsync(params string[] arguments)
    {
        var process = Start(arguments);
        return new ProgramResult(await process.WaitForExitAsync(Patience), process.Output, process.Error);
    }

    /// <summary>Waits until the process was killed at its point.</summary>
    public static async Task KilledAsync(OrchestratorProcess process)
    {
        var exit = await process.WaitForExitAsync(Patience);
        Assert.True(exit == 137, $"ended with {exit} instead of being killed at the point:\n{process.Error}\n{process.Output}");
    }

    /// <summary>Runs <c>resume</c> until it says that the run is done.</summary>
    public async Task ResumeToEndAsync()
    {
        var said = "";
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var result = await CommandAsync("resume");
            if (result.ExitCode == 0) return;
            said += $"--- resume ended with {result.ExitCode}\n{result.Error}\n{result.Output}\n";
        }

        Assert.Fail(said);
    }

    /// <summary>Asks the run to switch over, which must succeed.</summary>
    public async Task CutOverAsync()
    {
        var result = await CommandAsync("cutover");
        Assert.True(result.ExitCode == 0, $"cutover ended with {result.ExitCode}:\n{result.Error}\n{result.Output}\n{string.Join("\n---\n", _processes.Select(p => p.Error))}");
    }

    /// <summary>
    /// Keeps the load in the middle of a table until disposed: a lock on the target table lets everything pass but the
    /// statement a chunk begins with. Returns when a chunk waits for it.
    /// </summary>
    public async Task<IAsyncDisposable> HoldLoadAsync()
    {
        while (await Pair.Target.QueryScalarAsync("SELECT to_regclass('shop.note') IS NULL") == "t") await Task.Delay(5);
        var holder = new Npgsql.NpgsqlConnection(Pair.Target.ConnectionString);
        await holder.OpenAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE shop.note IN ACCESS SHARE MODE", holder)) await hold.ExecuteNonQueryAsync();
        while (await Pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'shop.note'::regclass") == "0")
            await Task.Delay(5);
        return holder;
    }

    /// <summary>As the other, for all tables of a schema that are named by a number: every copy session gets into one, and not out of it.</summary>
    public async Task<IAsyncDisposable> HoldLoadAsync(string schema, int tables)
    {
        while (await Pair.Target.QueryScalarAsync($"SELECT to_regclass('{schema}.t{tables}') IS NULL") == "t") await Task.Delay(5);
        var holder = new Npgsql.NpgsqlConnection(Pair.Target.ConnectionString);
        await holder.OpenAsync();
        var all = string.Join(", ", Enumerable.Range(1, tables).Select(i => $"{schema}.t{i}"));
        await using var hold = new Npgsql.NpgsqlCommand($"BEGIN; LOCK TABLE {all} IN ACCESS SHARE MODE", holder);
        await hold.ExecuteNonQueryAsync();
        return holder;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await Probe.DisposeAsync();
        await Writer.DisposeAsync();
        await _route.DisposeAsync();
        if (AtSwitch is not null) await AtSwitch.DisposeAsync();
        if (Kafka is not null) await Kafka.DisposeAsync();
        await Pair.DisposeAsync();
        if (_options.OwnServers)
        {
            await Pair.Source.Cluster.DisposeAsync();
            await Pair.Target.Cluster.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<DatabasePair> OwnPairAsync(SmallDisk? targetDisk)
    {
        // Durable, because a server that is stopped as by a power cut must come back with all it acknowledged.
        var options = new PgClusterOptions { Fsync = true };
        var (source, target) = (await PgCluster.StartAsync(options), await PgCluster.StartAsync(options));
        await source.CreateDatabaseAsync("shop");
        await target.CreateDatabaseAsync("shop");
        if (targetDisk is not null)
        {
            await target.ExecuteAsync("postgres", $"CREATE TABLESPACE small LOCATION '{targetDisk.Directory}'");
            await target.ExecuteAsync("postgres", "ALTER DATABASE shop SET TABLESPACE small");
        }

        return new DatabasePair(new PgDatabase(source, "shop"), new PgDatabase(target, "shop"));
    }

    private string[] ChangeSource() => Kafka is null ? [] :
    [
        "--change-source", "debezium", "--kafka-bootstrap-servers", Kafka.Broker.BootstrapServers, "--debezium-connect-url", Kafka.Connect.Url,
        "--topic-partitions", "2", "--apply-parts", $"{_options.ApplyParts}",
    ];

    private string SwitchCommand()
    {
        var failed = Path.Combine(_directory, "failed-once");
        return _options.FirstSwitchFails ? $"{_route.SwitchCommand}; [ -e '{failed}' ] || {{ touch '{failed}'; exit 1; }}" : _route.SwitchCommand;
    }

    private async Task MoveAsync(string word)
    {
        if (word == "target")
        {
            await WhileSwitching();
            if (AtSwitch is not null) await AtSwitch.DisposeAsync();
            AtSwitch = await HeldSnapshot.TakeAsync(Pair.Target.ConnectionString);
        }

        Writer.PointTo(word == "target" ? Role.TargetConnectionString : Role.SourceConnectionString);
    }
}
