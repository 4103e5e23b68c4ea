using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Structure;

/// <summary>A target that gets its structure from a reader, and processes that start anew on it.</summary>
internal sealed class StructureBench : IStructureReader, IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-structure-");
    private readonly Guid _run = Guid.NewGuid();
    private readonly List<PgTargetEngine> _engines = [];

    private StructureBench(DatabasePair pair) => Pair = pair;

    public DatabasePair Pair { get; }

    public PgDatabase Target => Pair.Target;

    /// <summary>What the source would say now.</summary>
    public TargetStructure Structure { get; set; } = Shop.Structure;

    public int Reads { get; private set; }

    public ISchemaMover Schema => _engines[^1].Schema;

    public ITargetLedger Ledger => _engines[^1].Ledger;

    public string[] KeptFiles => [.. _directory.GetFiles().Select(f => f.Name)];

    public static async Task<StructureBench> CreateAsync(string name)
    {
        var bench = new StructureBench(await PgPair.CreateDatabasesAsync(name));
        bench.Restart();
        await bench.Ledger.OpenAsync("source", new FencingToken(1), CancellationToken.None);
        return bench;
    }

    /// <summary>Another process goes on with the run.</summary>
    public void Restart() => _engines.Add(new PgTargetEngine(
        Pair.TargetUrl, this, "run", _run, Path.Combine(_directory.FullName, "structure"), 2, TimeProvider.System));

    public Task<TargetStructure> ReadAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        Reads++;
        return Task.FromResult(Structure);
    }

    /// <summary>Every step of a run, once.</summary>
    public async Task RunAsync(string rows)
    {
        await Schema.CreatePreDataAsync(Shop.Plan, CancellationToken.None);
        await Target.ExecuteAsync(rows);
        foreach (var table in Shop.Plan) await Schema.CreateIndexesAsync(table, CancellationToken.None);
        await Schema.CreatePostDataAsync(Shop.Plan, CancellationToken.None);
    }

    /// <summary>Every object that is not the server's own and not the ledger's, with its definition.</summary>
    public async Task<string> ObjectsAsync() => string.Join('\n', (await Target.QueryRowsAsync("""
        SELECT 'namespace ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'orchestrator')
        UNION ALL SELECT format('%s %s.%s %s', relkind, relnamespace::regnamespace, relname, relfilenode)
            FROM pg_class WHERE oid >= 16384 AND relnamespace::regnamespace::text !~ '^(orchestrator|pg_)'
        UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace::regnamespace::text !~ '^(orchestrator|pg_|information_schema)'
        UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'function ' || oid::regprocedure::text FROM pg_proc WHERE oid >= 16384 AND pronamespace::regnamespace::text <> 'orchestrator'
        UNION ALL SELECT 'type ' || oid::regtype::text FROM pg_type WHERE oid >= 16384 AND typnamespace::regnamespace::text !~ '^(orchestrator|pg_)'
        ORDER BY 1
        """)).Select(r => r[0]));

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines) await engine.DisposeAsync();
        await Pair.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
