using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>
/// What every source of changes promises, whichever way they come: the contracts of <see cref="IChangeCapture"/>,
/// <see cref="IChangeReader"/> and <see cref="ISnapshot"/>, tried on real servers. What is right comes from what the test did
/// and from queries of its own. A class per source says only how the source is reached.
/// </summary>
public abstract partial class ChangeReaderConformance : IAsyncLifetime
{
    /// <summary>For what takes a second or less; a limit, no measurement.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Guid _run = Guid.NewGuid();
    private SourceDatabase _database = null!;
    private SourceSession _app = null!;
    private ISourceEngine _engine = null!;
    private IReadOnlyList<FollowedTable> _tables = [];

    /// <summary>The code that a changed structure stops the stream with.</summary>
    protected abstract string StructureCode { get; }

    /// <summary>The code that a TRUNCATE stops the stream with; null: it is delivered.</summary>
    protected virtual string? TruncateCode => null;

    /// <summary>What stops the stream stops it in its place: everything that committed before is delivered. If not, some of that may be missing.</summary>
    protected virtual bool StopsInPlace => true;

    private IChangeCapture Capture => _engine.Capture;

    /// <summary>Where the tables' snapshot was taken.</summary>
    private SourcePosition Start => _tables[0].From;

    public async Task InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _app = await _database.OpenSessionAsync();
        _engine = OpenEngine(_database.Url, _run);
    }

    public async Task DisposeAsync()
    {
        await Capture.DropAsync(CancellationToken.None);
        await _engine.DisposeAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected abstract Task<SourceDatabase> CreateDatabaseAsync();

    /// <summary>As a process of that run would.</summary>
    protected abstract ISourceEngine OpenEngine(string url, Guid run);

    /// <summary>What is left between the database and the reader that only the tool makes.</summary>
    protected virtual IEnumerable<string> LeftBetween() => [];

    /// <summary>Another process takes the run over.</summary>
    private async Task TakeOverAsync()
    {
        await _engine.DisposeAsync();
        _engine = OpenEngine(_database.Url, _run);
    }

    private async Task<IReadOnlyList<TableSchema>> PlanAsync(params string[] names)
    {
        var tables = (await _engine.Catalog.ReadAsync(TableSelection.All, CancellationToken.None)).Tables;
        return [.. names.Select(n => tables.Single(t => (t.Origin ?? t.Table).Name == n))];
    }

    /// <summary>Changes of these tables are followed from now on.</summary>
    private async Task FollowAsync(params string[] names)
    {
        var tables = await PlanAsync(names);
        await using var snapshot = await Capture.CreateAsync(tables, CancellationToken.None);
        _tables = [.. tables.Select(t => new FollowedTable(t, snapshot.Position))];
    }

    /// <summary>Reads on until enough has come.</summary>
    private async Task<Delivered> ReadAsync(SourcePosition from, Func<Delivered, bool> isEnough, ChangeBatchLimits? limits = null)
    {
        var delivered = new Delivered(from, _tables);
        await using var reader = Capture.OpenReader(_tables);
        await ReadAsync(reader, delivered, isEnough, limits);
        return delivered;
    }

    private static async Task ReadAsync(IChangeReader reader, Delivered delivered, Func<Delivered, bool> isEnough, ChangeBatchLimits? limits = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await foreach (var batch in reader.ReadAsync(delivered.End, limits ?? ChangeBatchLimits.Default, patience.Token))
            {
                using (batch) delivered.Add(batch);
                if (isEnough(delivered)) return;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Assert.Fail($"not enough came within {Patience}; at {delivered.End}: {string.Join("; ", delivered.Texts.TakeLast(50))}");
        }

        Assert.Fail("the stream ended by itself");
    }

    /// <summary>Everything that is committed by now and ends after that position.</summary>
    private async Task<Delivered> ReadAllAsync(SourcePosition from, ChangeBatchLimits? limits = null)
    {
        var nonce = await MarkAsync();
        return await ReadAsync(from, d => d.Markers.Contains(nonce), limits);
    }

    private async Task<string> MarkAsync()
    {
        var nonce = Guid.NewGuid().ToString("N");
        await Capture.EmitMarkerAsync(nonce, CancellationToken.None);
        return nonce;
    }

    /// <summary>Reads until the stream stops by itself, with that code and after these transactions.</summary>
    private async Task<OrchestratorException> AssertStopsAsync(string code, IReadOnlyList<string> before)
    {
        var delivered = new Delivered(Start, _tables);
        await using var reader = Capture.OpenReader(_tables);
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => ReadAsync(reader, delivered, _ => false));
        Assert.Equal((ErrorKind.Data, code), (error.Kind, error.Code));
        Assert.Equal(StopsInPlace ? before : before.Take(delivered.Transactions.Count), delivered.Texts);
        return error;
    }
}
