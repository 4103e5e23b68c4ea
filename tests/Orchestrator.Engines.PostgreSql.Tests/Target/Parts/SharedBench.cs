using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Tests.Cdc;
using Orchestrator.Pipeline.Cdc;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Parts;

/// <summary>
/// A real source's changes, read once and given to a driving writer and to workers, as Kafka gives every reader the same.
/// </summary>
internal sealed class SharedBench : IAsyncDisposable
{
    public const int Parts = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<ChangeBatch> _batches = [];
    private readonly IChangeReader _reader;

    private SharedBench(CdcBench bench)
    {
        Bench = bench;
        _reader = bench.Source.Capture.OpenReader(bench.Tables);
    }

    public CdcBench Bench { get; }

    public IReadOnlyList<TableSchema> Tables => [.. Bench.Tables.Select(t => t.Table)];

    /// <summary>Everything read so far.</summary>
    public IReadOnlyList<ChangeBatch> Batches => _batches;

    public PgDatabase Target => Bench.Pair.Target;

    public static async Task<SharedBench> LoadedAsync(string name, string tables, string rows = "") =>
        new(await CdcBench.LoadedAsync(name, tables, rows, applyParts: Parts));

    /// <summary>Makes changes and reads what came of them.</summary>
    /// <param name="sql">Changes, in as many transactions as there are scripts.</param>
    public async Task ChangeAsync(params string[] sql)
    {
        var limits = ChangeBatchLimits.Default with { MaxDelay = TimeSpan.FromMilliseconds(500) };
        foreach (var script in sql) await Bench.Pair.Source.ExecuteAsync(script);
        var nonce = Guid.NewGuid().ToString("N");
        await Bench.Source.Capture.EmitMarkerAsync(nonce, CancellationToken.None);
        using var limit = new CancellationTokenSource(Patience);
        await foreach (var batch in _reader.ReadAsync((await Bench.CheckpointAsync()).Position, limits, limit.Token))
        {
            _batches.Add(batch);
            if (batch.Marker == nonce) return;
        }
    }

    /// <summary>Cuts what was read into transactions, and those into pieces of so many changes, as a reader does with one that is too large for a batch.</summary>
    public void CutIntoPieces(int changes)
    {
        var whole = _batches.ToList();
        _batches.Clear();
        foreach (var batch in whole)
        {
            for (ChangeBatch? rest = batch; rest is not null;)
            {
                (var first, rest) = BatchSplit.AfterFirst(rest);
                var pieces = Math.Max(1, (first.Changes.Length + changes - 1) / changes);
                for (var i = 0; i < pieces; i++) _batches.Add(PieceOf(first, i * changes, changes, i == pieces - 1));
            }
        }
    }

    /// <summary>What the driving process does with all that was read.</summary>
    public async Task<Checkpoint> DriveAsync(long fence = 1, CancellationToken ct = default)
    {
        await using var writer = Bench.Target.OpenChangeWriter();
        var reached = await Bench.CheckpointAsync();
        foreach (var batch in _batches) reached = await writer.ApplyAsync(batch, reached.Position, new FencingToken(fence), ct) ?? reached;
        return reached;
    }

    /// <summary>A driver that has only begun: the parts are there.</summary>
    public async Task DriveNothingAsync()
    {
        await using var writer = Bench.Target.OpenChangeWriter();
        var position = (await Bench.CheckpointAsync()).Position;
        var nothing = new ChangeBatch { Tables = Tables, Transactions = [], Changes = default, Buffer = default, EndsTransaction = true, End = position };
        await writer.ApplyAsync(nothing, position, new FencingToken(1), CancellationToken.None);
    }

    public IPartWriter Join(string name = "worker") => Bench.Target.OpenPartWriter(name);

    public async Task<ApplyStep> NextAsync(IPartWriter worker)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await worker.NextAsync(Tables, limit.Token);
    }

    /// <summary>Applies steps until cancelled.</summary>
    /// <returns>Row changes applied.</returns>
    public async Task<long> WorkAsync(IPartWriter worker, CancellationToken ct)
    {
        var rows = 0L;
        while (true)
        {
            try
            {
                var step = await worker.NextAsync(Tables, ct);
                rows += (await worker.ApplyAsync(step, Of(step), ct)).Rows;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return rows;
            }
        }
    }

    /// <summary>A step's changes.</summary>
    public async IAsyncEnumerable<ChangeBatch> Of(ApplyStep step)
    {
        await using var stream = new StepStream(Copies());
        await foreach (var batch in stream.BetweenAsync(step.From, step.To, CancellationToken.None)) yield return batch;
    }

    /// <summary>Whoever was given it is found silent by the server's clock.</summary>
    public Task SilenceAsync(string name) => Target.ExecuteAsync($"UPDATE orchestrator.apply_worker SET alive_until = now() - interval '1 second' WHERE name = '{name}'");

    /// <summary>All workers have their share.</summary>
    public async Task UntilSharedAsync(int workers)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await Target.QueryScalarAsync("SELECT count(DISTINCT token) || ' ' || count(token) FROM orchestrator.apply_part") != $"{workers} {Parts}")
            await Task.Delay(10, limit.Token);
    }

    public async Task AssertEqualAsync()
    {
        await FullCompare.RequireEqualAsync(Bench.Pair, SequenceRule.Ignore);
        Assert.Equal(0, (await Bench.CheckpointAsync()).Drift);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await Bench.DisposeAsync();
    }

    private ChangeBatch PieceOf(ChangeBatch batch, int from, int count, bool isLast) => new()
    {
        Tables = batch.Tables, Transactions = batch.Transactions, Changes = batch.Changes.Slice(from, Math.Min(count, batch.Changes.Length - from)), Buffer = batch.Buffer,
        EndsTransaction = isLast && batch.EndsTransaction, End = isLast ? batch.End : _batches.Count > 0 ? _batches[^1].End : Bench.Tables[0].From, Marker = isLast ? batch.Marker : null,
    };

    /// <summary>Whoever applies a batch gives it back; the next reader needs it still.</summary>
    private async IAsyncEnumerator<ChangeBatch> Copies()
    {
        await Task.Yield();
        foreach (var batch in _batches)
        {
            yield return new ChangeBatch
            {
                Tables = batch.Tables, Transactions = batch.Transactions, Changes = batch.Changes, Buffer = batch.Buffer,
                EndsTransaction = batch.EndsTransaction, End = batch.End, Marker = batch.Marker,
            };
        }
    }
}
