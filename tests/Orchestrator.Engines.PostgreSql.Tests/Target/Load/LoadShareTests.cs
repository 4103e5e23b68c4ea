using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Load;

/// <summary>Chunks that several copy sessions share, on a real target.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The test runner ends it by DisposeAsync.")]
public sealed class LoadShareTests : IAsyncLifetime
{
    private const int Chunks = 6;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly FencingToken First = new(1);
    private static readonly FencingToken Second = new(2);

    private static readonly TableSchema Table = new()
    {
        Table = new TableRef("public", "t"), SourceId = 1, Columns = [], Key = new RowKey(RowKeyKind.None, []), Pages = Chunks, EstimatedRows = 1, Bytes = 1,
    };

    private static readonly IReadOnlyDictionary<TableRef, TableSchema> Planned = new Dictionary<TableRef, TableSchema> { [Table.Table] = Table };
    private DatabasePair _pair = null!;
    private PgTargetEngine _target = null!;

    public async Task InitializeAsync()
    {
        _pair = await PgPair.CreateDatabasesAsync("share");
        await _pair.Target.ExecuteAsync("CREATE TABLE public.t(id int)");
        _target = new PgTargetEngine(_pair.TargetUrl, _pair.SourceUrl, "test", Guid.NewGuid(), "unused", 1, TimeProvider.System);
        await BeginAsync("first", First);
    }

    public async Task DisposeAsync()
    {
        await _target.DisposeAsync();
        await _pair.DisposeAsync();
    }

    [Fact]
    public async Task X3_each_claim_is_of_one_chunk_and_no_two_lanes_have_the_same()
    {
        await using var one = _target.Share.OpenLane("one");
        await using var two = _target.Share.OpenLane("two");
        var claimed = new List<ClaimedChunk>();
        for (var i = 0; i < Chunks / 2; i++)
        {
            foreach (var lane in (IChunkLane[])[one, two])
            {
                claimed.Add((await lane.NextAsync(Planned, None))!);
                Assert.Equal($"{claimed.Count}", await _pair.Target.QueryScalarAsync("SELECT count(token) FROM orchestrator.load_chunk"));
                await lane.WriteAsync(claimed[^1], new Rows(claimed[^1].Number), None);
            }
        }

        Assert.Equal(Enumerable.Range(0, Chunks), claimed.Select(c => c.Number));
        Assert.All(claimed, c => Assert.Equal("first", c.View));
        Assert.Null(await one.NextAsync(Planned, None));
        var tally = Assert.Single(await _target.Share.TallyAsync(None));
        Assert.Equal((Chunks, Chunks, Chunks), (tally.Chunks, tally.Done, (int)tally.Rows));
        Assert.Equal("0 5 6", await RowsAsync());
    }

    [Fact]
    public async Task X4_what_was_claimed_of_an_offer_that_was_withdrawn_cannot_be_committed()
    {
        await using var lane = _target.Share.OpenLane("late");
        var claimed = (await lane.NextAsync(Planned, None))!;

        await _target.Share.WithdrawAsync(First, None);
        await BeginAsync("second", First);

        // Its session was ended with the offer; whatever it tries, nothing of it is there.
        await Assert.ThrowsAnyAsync<Exception>(() => lane.WriteAsync(claimed, new Rows(1), None));
        await using var next = _target.Share.OpenLane("next");
        Assert.Equal("second", (await next.NextAsync(Planned, None))!.View);
        Assert.Equal("0", await _pair.Target.QueryScalarAsync("SELECT count(*) FROM public.t"));
    }

    [Fact]
    public async Task X4_once_another_process_drives_the_run_the_offer_of_the_former_is_worth_nothing()
    {
        await using var lane = _target.Share.OpenLane("late");
        var claimed = (await lane.NextAsync(Planned, None))!;

        await _target.Ledger.OpenAsync("source", Second, None);

        var refused = await Assert.ThrowsAsync<OrchestratorException>(() => lane.WriteAsync(claimed, new Rows(1), None));
        // Not for good: the worker goes on with what the new driver offers.
        Assert.Equal((ErrorKind.Transient, "E-SHARE-001"), (refused.Kind, refused.Code));
        await using var next = _target.Share.OpenLane("next");
        Assert.Null(await next.NextAsync(Planned, None));
        Assert.Equal("0", await _pair.Target.QueryScalarAsync("SELECT count(*) FROM public.t"));
    }

    [Fact]
    public async Task X14_chunk_of_a_lane_that_fell_silent_is_taken_over_and_its_session_ended()
    {
        await using var silent = _target.Share.OpenLane("silent");
        var claimed = (await silent.NextAsync(Planned, None))!;
        await _pair.Target.ExecuteAsync("UPDATE orchestrator.apply_worker SET alive_until = clock_timestamp() - interval '1 second'");

        await using var other = _target.Share.OpenLane("other");
        var taken = (await other.NextAsync(Planned, None))!;

        Assert.Equal(claimed.Number, taken.Number);
        await other.WriteAsync(taken, new Rows(7), None);
        await Assert.ThrowsAnyAsync<Exception>(() => silent.WriteAsync(claimed, new Rows(8), None));
        Assert.Equal("7 7 1", await RowsAsync());
    }

    [Fact]
    public async Task X11_lane_that_leaves_gives_its_chunk_back_at_once()
    {
        await using (var lane = _target.Share.OpenLane("leaves")) await lane.NextAsync(Planned, None);

        Assert.Equal("0", await _pair.Target.QueryScalarAsync("SELECT count(token) FROM orchestrator.load_chunk"));
        Assert.Equal("0", await _pair.Target.QueryScalarAsync("SELECT count(*) FROM orchestrator.apply_worker"));
    }

    private async Task BeginAsync(string view, FencingToken fence)
    {
        await _target.Ledger.OpenAsync("source", fence, None);
        await _target.Ledger.BeginTableAsync(Table, new LsnPosition(new Lsn(1)), fence, None);
        await _target.Share.OfferAsync(view, [.. Enumerable.Range(0, Chunks).Select(i => new Chunk(Table, i, Chunks, new PageRange(i, i == Chunks - 1 ? null : i + 1)))], fence, None);
    }

    private Task<string?> RowsAsync() => _pair.Target.QueryScalarAsync("SELECT concat_ws(' ', min(id), max(id), count(*)) FROM public.t");

    /// <summary>One row.</summary>
    private sealed class Rows(int id) : IRowStream
    {
        private byte[] _left = Encoding.UTF8.GetBytes($"{id}\n");

        public RowFormat Format => RowFormat.Text;

        public int Read(Span<byte> buffer, CancellationToken ct)
        {
            var read = _left.Length;
            _left.CopyTo(buffer);
            _left = [];
            return read;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
