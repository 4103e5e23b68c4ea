using Orchestrator.Core.Positions;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;
using Orchestrator.Workflow;
using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>Two real databases with real fences, an application that writes all the time, and a cutover ready to run.</summary>
internal sealed class CutoverScene : IAsyncDisposable
{
    private readonly PgSession _source;
    private readonly PgSession _target;
    private readonly string _directory;

    private CutoverScene(DatabasePair pair, SourceInventory inventory, PgSession source, PgSession target)
    {
        (Pair, _source, _target) = (pair, source, target);
        _directory = Directory.CreateTempSubdirectory("orchestrator-cutover").FullName;
        SwitchFile = Path.Combine(_directory, "switched");
        Flow = new CopyingFlow(source, target);
        Plan = new CutoverPlan
        {
            Inventory = inventory,
            Options = new MigrationOptions
            {
                SourceUrl = pair.SourceUrl,
                TargetUrl = pair.TargetUrl,
                OnSwitch = $"touch '{SwitchFile}'",
                OnSwitchUndo = $"rm -f '{SwitchFile}'",
            },
        };
        App = new AppWriter(pair.Source.ConnectionString, pair.Target.ConnectionString, SwitchFile);
    }

    public Guid RunId { get; } = Guid.NewGuid();

    public DatabasePair Pair { get; }

    public string SwitchFile { get; }

    public AppWriter App { get; }

    public CopyingFlow Flow { get; }

    public MemoryRunStore Store { get; } = new();

    public CutoverPlan Plan { get; set; }

    public ValidationSummary? Validation { get; set; } = new("equal", 2, 2, 10, 0, TimeProvider.System.GetUtcNow());

    public static async Task<CutoverScene> CreateAsync(string name)
    {
        var pair = await PgPair.CreateDatabasesAsync(name);
        await pair.ExecuteOnBothAsync("CREATE TABLE app (id bigint PRIMARY KEY); CREATE TABLE other (id serial PRIMARY KEY)");
        var (source, target) = (new PgSession(pair.Source.ConnectionString, "test"), new PgSession(pair.Target.ConnectionString, "test"));
        var inventory = await new PgSourceCatalog(source).ReadAsync(TableSelection.All, CancellationToken.None);
        var scene = new CutoverScene(pair, inventory, source, target);
        await new PgTargetFence(target, scene.RunId, TimeProvider.System).CloseAsync(inventory.Tables, CancellationToken.None);
        await Task.Delay(100);
        return scene;
    }

    /// <summary>What a process would have: its own fence objects over the same databases and journal.</summary>
    public CutoverParts Parts() => new()
    {
        Store = Store,
        Catalog = new PgSourceCatalog(_source),
        Capture = Flow,
        Flow = Flow,
        Ledger = Flow,
        Schema = Flow,
        SourceFence = new PgSourceFence(_source, RunId, TimeProvider.System),
        TargetFence = new PgTargetFence(_target, RunId, TimeProvider.System),
        Sequences = new PgSequenceWriter(_target),
        OpenTransactions = new PgBlockers(_source),
        Fence = new FencingToken(1),
        LastValidation = _ => Task.FromResult(Validation),
        Stragglers = Flow,
    };

    public Task<CutoverReport> RunAsync(CancellationToken ct = default) => new CutoverProcedure(Parts()).RunAsync(Plan, ct);

    public Task<CutoverReport> ResumeAsync() => new CutoverProcedure(Parts() with { Flow = null }).ResumeAsync(Plan, CancellationToken.None);

    /// <summary>Every id the application was told is stored is on the target, whichever side told it; by the target's own rows.</summary>
    public async Task AssertTargetHasEverythingAsync()
    {
        await App.StopAsync();
        var rows = (await Pair.Target.QueryRowsAsync("SELECT id FROM app")).Select(r => r[0]!).ToHashSet();
        var expected = App.Acknowledged[0].Concat(App.Acknowledged[1]).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Empty(expected.Except(rows));
        Assert.Equal(expected.Count, rows.Count);
        Assert.NotEmpty(App.Acknowledged[0]);
    }

    /// <summary>The source takes writes, the target does not, and nothing of the cutover is left.</summary>
    public async Task AssertBackOnSourceAsync()
    {
        Assert.Equal(FenceState.Open, await Parts().SourceFence.StateAsync(CancellationToken.None));
        Assert.Equal(FenceState.Closed, await Parts().TargetFence.StateAsync(CancellationToken.None));
        await Pair.Source.ExecuteAsync("INSERT INTO other DEFAULT VALUES");
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Pair.Target.ExecuteAsync("INSERT INTO other DEFAULT VALUES"));
        Assert.Equal("25006", refused.SqlState);
        Assert.Empty(App.Acknowledged[1]);
        Assert.False(File.Exists(SwitchFile));
        Assert.False(Flow.TriggersEnabled);
        Assert.Equal("0", await Pair.Source.QueryScalarAsync("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%'"));
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        await Pair.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
