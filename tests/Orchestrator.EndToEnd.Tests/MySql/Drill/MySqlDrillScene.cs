using System.Globalization;
using Orchestrator.EndToEnd.Tests.Debezium;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql.Drill;

/// <summary>One migration from MariaDB under a writing application, driven by the command line tool as a process that is killed and resumed.</summary>
internal sealed class MySqlDrillScene : IAsyncDisposable
{
    private const string Run = "drill";
    private const int Rows = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-drill-").FullName;
    private readonly List<OrchestratorProcess> _processes = [];
    private SwitchFile _route = null!;
    private KafkaSide? _kafka;

    private MySqlDrillScene(MySqlPair pair) => Pair = pair;

    public MySqlPair Pair { get; }

    public MySqlWriter Writer { get; private set; } = null!;

    /// <param name="name">Beginning of the databases' name.</param>
    /// <param name="byKafka">Changes come by way of Kafka's protocol.</param>
    public static async Task<MySqlDrillScene> StartAsync(string name, bool byKafka = false)
    {
        var scene = new MySqlDrillScene(await MySqlPair.CreateAsync(name)) { _kafka = byKafka ? new KafkaSide() : null };
        await scene.Pair.Source.ExecuteAsync($"""
            CREATE TABLE app_ledger(id bigint PRIMARY KEY);
            CREATE TABLE customer(id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, mail varchar(60) UNIQUE, balance decimal(12,2) NOT NULL DEFAULT 0);
            CREATE TABLE purchase(id bigint PRIMARY KEY, customer int NOT NULL, amount double, at datetime(6), FOREIGN KEY (customer) REFERENCES customer(id) ON DELETE CASCADE, KEY (at));
            CREATE TABLE note(id int PRIMARY KEY, body mediumtext, tag enum('a','b','ü'));
            INSERT INTO customer(name, mail) SELECT CONCAT('n', seq), CONCAT(seq, '@example.org') FROM seq_1_to_{Rows};
            INSERT INTO purchase SELECT seq, 1 + seq % {Rows}, seq / 7, '2024-01-01' + INTERVAL seq SECOND FROM seq_1_to_{Rows * 2};
            INSERT INTO note SELECT seq, REPEAT(SHA2(seq, 224), 1 + seq % 200), ELT(1 + seq % 3, 'a', 'b', 'ü') FROM seq_1_to_{Rows};
            """);
        scene._route = new SwitchFile(scene._directory, word =>
        {
            scene.Writer.MoveTo(word == "target" ? scene.Pair.Target.ConnectionString : null);
            return Task.CompletedTask;
        });
        scene.Writer = await MySqlWriter.StartAsync(scene.Pair.Source, Work);
        return scene;
    }

    /// <summary>Starts <c>migrate</c>, to be killed at a point.</summary>
    public OrchestratorProcess Migrate(string crashAt) => Start(
        ["migrate", "--cutover", "auto", "--on-switch", _route.SwitchCommand, "--on-switch-undo", _route.UndoCommand, "--parallel-workers", "2", "--batch-size", "500", .. ByKafka],
        crashAt);

    private string[] ByKafka => _kafka is null
        ? []
        : ["--change-source", "debezium", "--kafka-bootstrap-servers", _kafka.Broker.BootstrapServers, "--debezium-connect-url", _kafka.Connect.Url, "--topic-partitions", "4"];

    /// <summary>Waits until the process was killed at its point.</summary>
    public static async Task KilledAsync(OrchestratorProcess process)
    {
        var exit = await process.WaitForExitAsync(Patience);
        Assert.True(exit == 137, $"ended with {exit} instead of being killed at the point:\n{process.Error}\n{process.Output}");
    }

    /// <summary>Runs <c>resume</c> until it says that the run is done, and returns what the last one wrote besides.</summary>
    public async Task<string> ResumeToEndAsync()
    {
        var said = "";
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var process = Start(["resume"], null);
            if (await process.WaitForExitAsync(Patience) == 0) return process.Error;
            said += $"--- {process.Error}\n{process.Output}\n";
        }

        throw new InvalidOperationException(said);
    }

    /// <summary>The target has the writes, nothing was lost, doubled or altered, and the source takes no more.</summary>
    public async Task RequireCompleteAsync()
    {
        await Writer.WaitForCommitsAsync(5, Patience);
        await Writer.StopAsync();
        var ledger = $"\"{Pair.Source.Name}\".app_ledger";
        var there = (await Pair.Target.QueryRowsAsync($"SELECT id FROM {ledger}")).Select(r => long.Parse(r[0]!, CultureInfo.InvariantCulture)).ToHashSet();
        Assert.DoesNotContain(Writer.Acknowledged, n => !there.Contains(n));
        await MySqlCompare.RequireEqualAsync(
            Pair.Source, Pair.Target, null, t => t == "app_ledger" ? string.Create(CultureInfo.InvariantCulture, $"id < {MySqlWriter.OnTarget}") : null);
        Assert.Equal("1", await Pair.Source.QueryScalarAsync("SELECT @@global.read_only"));
        Assert.Equal("0", await Pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator'"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await Writer.DisposeAsync();
        await _route.DisposeAsync();
        if (_kafka is not null) await _kafka.DisposeAsync();
        await Pair.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private OrchestratorProcess Start(IEnumerable<string> arguments, string? crashAt)
    {
        var process = OrchestratorProcess.Start([.. arguments, "--run", Run, "--state", Path.Combine(_directory, "state")], new Dictionary<string, string?>
        {
            ["SOURCE_DB_URL"] = Pair.SourceUrl, ["TARGET_DB_URL"] = Pair.TargetUrl, ["ORCHESTRATOR_CRASH_AT"] = crashAt,
        });
        _processes.Add(process);
        return process;
    }

    /// <summary>Inserts, updates, deletes with what hangs on them, changed keys, and now and then nothing at all.</summary>
    private static string Work(long n) => (n % 5) switch
    {
        0 => $"UPDATE customer SET balance = balance + 1, name = 'n{n}' WHERE id = 1 + {n} % {Rows};",
        1 => $"INSERT INTO purchase VALUES (1000000 + {n}, (SELECT MIN(id) FROM customer), {n} / 3, NOW(6));",
        2 => $"INSERT INTO customer(name, mail) VALUES ('new', 'new{n}@example.org'); UPDATE note SET body = CONCAT(body, '{n}'), tag = 'b' WHERE id = 1 + {n} % {Rows};",
        3 => $"DELETE FROM customer WHERE id = 2 + {n} % {Rows};",
        _ => $"UPDATE note SET id = id + 100000 WHERE id = 1 + {n} % {Rows}; SAVEPOINT s; DELETE FROM note; ROLLBACK TO s;",
    };
}
