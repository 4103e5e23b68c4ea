using System.Globalization;
using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

public sealed class DebeziumChangeReaderTests : IDisposable
{
    private static readonly SourcePosition Start = new LsnPosition(new Lsn(1));
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private readonly MemoryTopics _topics = new();
    private readonly List<IReadOnlyDictionary<(string Topic, int Partition), long>> _commits = [];
    private MemoryFeed? _feed;

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task C6_batches_hold_whole_transactions_over_all_topics_in_commit_order()
    {
        for (var i = 1; i <= 50; i++) Transaction(i, ("a", 0), ("b", 1), ("a", 2));

        var (changes, batches) = await ReadAsync(Reader(), Start, new ChangeBatchLimits(20, 1 << 20, TimeSpan.FromMilliseconds(1)), 50);

        Assert.Equal(Enumerable.Range(1, 50).SelectMany(i => new[] { $"{i}/1", $"{i}/2", $"{i}/3" }), changes);
        Assert.All(batches, b => Assert.True(b.EndsTransaction));
        Assert.True(batches.Count > 5, "the limits were not kept");
    }

    [Fact]
    public async Task C11_transaction_beyond_the_limits_comes_in_parts_and_partitions_are_paused()
    {
        Transaction(1, [.. Enumerable.Range(0, 500).Select(i => (i % 7 == 0 ? "a" : "b", 0))]);
        Transaction(2, ("a", 0));

        var (changes, batches) = await ReadAsync(Reader(), Start, new ChangeBatchLimits(50, 1 << 20, TimeSpan.FromMilliseconds(1)), 2);

        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"1/{i}").Append("2/1"), changes);
        Assert.True(batches.Count(b => !b.EndsTransaction) >= 5);
        Assert.All(batches.Where(b => !b.EndsTransaction), b => Assert.Equal(Start, ((RelayedPosition)b.End).Source));
        Assert.True(_feed!.Pauses > 0);
    }

    [Fact]
    public async Task C10_reading_goes_on_after_the_last_batch_that_was_applied()
    {
        for (var i = 1; i <= 9; i++) Transaction(i, ("a", 0), ("b", 0));
        var (first, batches) = await ReadAsync(Reader(), Start, new ChangeBatchLimits(4, 1 << 20, TimeSpan.Zero), 4);
        var checkpoint = SourcePosition.Parse(batches[^1].End.ToString());

        var (second, _) = await ReadAsync(Reader(), checkpoint, ChangeBatchLimits.Default, 9 - (first.Count / 2));

        Assert.Equal(Enumerable.Range(1, 9).SelectMany(i => new[] { $"{i}/1", $"{i}/2" }), first.Concat(second));
    }

    [Fact]
    public async Task C1_changes_that_a_tables_snapshot_holds_are_left_out()
    {
        for (var i = 1; i <= 3; i++) Transaction(i, ("a", 0), ("b", 0));

        // Table b was loaded from a view that saw transaction 2, which ends at 200.
        var (changes, _) = await ReadAsync(Reader(bFrom: 200), Start, ChangeBatchLimits.Default, 3);

        Assert.Equal(["1/1", "2/1", "3/1", "3/2"], changes);
    }

    [Fact]
    public async Task Marker_comes_with_the_transaction_that_holds_it()
    {
        Transaction(1, ("a", 0));
        Begin(2);
        _topics.Put("shop.message", 0, new DecodedEvent { Kind = EventKind.Message, Transaction = Key(2), TotalOrder = 1, Message = ("orchestrator", "nonce-1") });
        End(2, 1);

        var (changes, batches) = await ReadAsync(Reader(), Start, ChangeBatchLimits.Default, 2);

        Assert.Equal(["1/1"], changes);
        Assert.Equal("nonce-1", batches[^1].Marker);
        Assert.Equal(new LsnPosition(new Lsn(200)), ((RelayedPosition)batches[^1].End).Source);
    }

    [Fact]
    public async Task C21_record_that_cannot_be_decoded_stops_after_what_is_before_it_and_is_named()
    {
        Transaction(1, ("a", 0));
        _topics.Put("z", 3, new DecodedEvent { Kind = EventKind.Change, Table = 99 });

        var seen = new List<string>();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => FollowAsync(Reader(), Start, ChangeBatchLimits.Default, seen, [], int.MaxValue));

        Assert.Equal(["1/1"], seen);
        Assert.Equal("E-DBZ-070", error.Code);
        Assert.Contains("topic z, partition 3, offset 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C12_change_that_cannot_be_read_stops_in_its_place_even_if_its_topic_is_read_first()
    {
        _topics.Put("z", 3, new DecodedEvent { Kind = EventKind.Change, Table = 99, Transaction = Key(3), TotalOrder = 2 });
        Transaction(1, ("a", 0));
        Transaction(2, ("b", 0), ("a", 0));
        Begin(3);
        _topics.Put("a", 0, new DecodedEvent { Kind = EventKind.Change, Op = ChangeOp.Insert, Transaction = Key(3), TotalOrder = 1 }, MemoryTopics.Image("3/1"));
        End(3, 2);
        Transaction(4, ("a", 0));

        var seen = new List<string>();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => FollowAsync(Reader(), Start, ChangeBatchLimits.Default, seen, [], int.MaxValue));

        Assert.Equal(["1/1", "2/1", "2/2"], seen);
        Assert.Contains("topic z, partition 3, offset 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C2_C4_changed_key_is_one_update_again_and_a_large_value_that_was_not_sent_stays()
    {
        Begin(1);
        Put(1, 1, ChangeOp.Delete, lsn: 10, MemoryTopics.Image("old"));
        Put(1, 2, ChangeOp.Insert, lsn: 10, Unchanged);
        Put(1, 3, ChangeOp.Delete, lsn: 20, MemoryTopics.Image("gone"));
        Put(1, 4, ChangeOp.Insert, lsn: 30, MemoryTopics.Image("new"));
        Put(1, 5, ChangeOp.Delete, lsn: 40, MemoryTopics.Image("last"));
        End(1, 5);

        var (_, batches) = await ReadAsync(Reader(), Start, ChangeBatchLimits.Default with { MaxDelay = TimeSpan.Zero }, 1);

        var batch = Assert.Single(batches);
        Assert.Equal(
            [(ChangeOp.Update, OldImage.Key), (ChangeOp.Delete, OldImage.Key), (ChangeOp.Insert, OldImage.None), (ChangeOp.Delete, OldImage.Key)],
            batch.Changes.ToArray().Select(c => (c.Op, c.Old)));
        Assert.Equal(["old", "gone", "last"], batch.Changes.ToArray().Where(c => c.Old == OldImage.Key).Select(c => Text(batch, c.OldOffset)));
        Assert.Equal([null, "new"], batch.Changes.ToArray().Where(c => c.Op != ChangeOp.Delete).Select(c => Text(batch, c.NewOffset)));
    }

    [Fact]
    public async Task C4_new_row_that_lacks_a_value_stops()
    {
        Transaction(1, ("a", 0));
        Begin(2);
        Put(2, 1, ChangeOp.Delete, lsn: 10, MemoryTopics.Image("old"));
        Put(2, 2, ChangeOp.Insert, lsn: 11, Unchanged);
        End(2, 2);

        var seen = new List<string>();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => FollowAsync(Reader(), Start, ChangeBatchLimits.Default, seen, [], int.MaxValue));

        Assert.Equal(("E-DBZ-008", ErrorKind.Data, "shop.a", "v"), (error.Code, error.Kind, error.Table, error.Column));
        Assert.Equal(["1/1"], seen);
    }

    [Fact]
    public async Task C9_missing_event_is_named_after_the_patience()
    {
        Begin(1);
        End(1, 1);
        var reader = Reader(patience: TimeSpan.FromMilliseconds(50));

        var error = await Assert.ThrowsAsync<OrchestratorException>(() => ReadAsync(reader, Start, ChangeBatchLimits.Default, 1));

        Assert.Equal(("E-DBZ-072", ErrorKind.Transient), (error.Code, error.Kind));
    }

    [Fact]
    public async Task C17_brokers_are_told_what_is_applied_and_no_more()
    {
        Transaction(1, ("a", 0));
        Transaction(2, ("a", 0));
        await using var reader = Reader();
        var applied = new RelayedPosition(Start, new Dictionary<(string, int), long> { [("a", 0)] = 1 });
        await foreach (var batch in reader.ReadAsync(Start, ChangeBatchLimits.Default, _limit.Token))
        {
            Assert.Empty(_commits);
            await reader.AcknowledgeAsync(applied, _limit.Token);
            batch.Dispose();
            break;
        }

        await foreach (var batch in reader.ReadAsync(Start, ChangeBatchLimits.Default, _limit.Token))
        {
            batch.Dispose();
            break;
        }

        Assert.Equal([applied.Offsets], _commits);
    }

    private static byte[] Unchanged => [0, 1, (byte)ValueTag.Unchanged];

    private static TransactionKey Key(int number) => new((ulong)number, null);

    private DebeziumChangeReader Reader(ulong bFrom = 1, TimeSpan? patience = null) => new(
        [Table("a", 1), Table("b", bFrom)], from => _feed = new MemoryFeed(_topics, from, _commits), () => new MemoryDecoder(_topics),
        SimulatedConnector.TransactionTopic, MergeLimits.Default with { HeldBytes = 4000, Patience = patience ?? TimeSpan.FromSeconds(60) }, TimeProvider.System);

    private static FollowedTable Table(string name, ulong from) => new(
        new TableSchema { Table = new TableRef("shop", name), SourceId = 1, Columns = [new ColumnSchema("v", 1, "text", "text", 25, -1, false, ColumnKind.Plain)], Key = new RowKey(RowKeyKind.None, []), Bytes = 0, EstimatedRows = 0, Pages = 0 }, new LsnPosition(new Lsn(from)));

    private void Transaction(int number, params (string Topic, int Partition)[] events)
    {
        Begin(number);
        for (var i = 0; i < events.Length; i++)
        {
            _topics.Put(
                events[i].Topic, events[i].Partition,
                new DecodedEvent { Kind = EventKind.Change, Op = ChangeOp.Insert, Table = events[i].Topic[0] - 'a', Transaction = Key(number), TotalOrder = i + 1 },
                MemoryTopics.Image($"{number}/{i + 1}"));
        }

        End(number, events.Length);
    }

    private void Put(int transaction, int order, ChangeOp op, ulong lsn, byte[] image) => _topics.Put(
        "a", 0, new DecodedEvent { Kind = EventKind.Change, Op = op, Transaction = Key(transaction), TotalOrder = order, Source = new SourcePoint(lsn, null, 0) }, image);

    private static string? Text(ChangeBatch batch, int offset) =>
        new TupleReader(batch.Buffer.Span, offset).Next(out var text) == ValueTag.Text ? Encoding.ASCII.GetString(text) : null;

    private void Begin(int number) =>
        _topics.Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent { Kind = EventKind.TransactionBegin, Transaction = Key(number) });

    private void End(int number, int count) => _topics.Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent
    {
        Kind = EventKind.TransactionEnd, Transaction = Key(number), TotalOrder = count, Source = new SourcePoint((ulong)number * 100, null, 0),
    });

    private async Task<(List<string> Changes, List<ChangeBatch> Batches)> ReadAsync(DebeziumChangeReader reader, SourcePosition from, ChangeBatchLimits limits, int transactions)
    {
        var (changes, batches) = (new List<string>(), new List<ChangeBatch>());
        await FollowAsync(reader, from, limits, changes, batches, transactions);
        return (changes, batches);
    }

    private async Task FollowAsync(
        DebeziumChangeReader reader, SourcePosition from, ChangeBatchLimits limits, List<string> changes, List<ChangeBatch> batches, int transactions)
    {
        var ended = 0;
        await foreach (var batch in reader.ReadAsync(from, limits, _limit.Token))
        {
            batches.Add(batch);
            foreach (var change in batch.Changes.ToArray())
            {
                changes.Add(Text(batch, change.NewOffset) ?? "");
            }

            ended += batch.EndsTransaction ? batch.Transactions.Count : 0;
            if (ended >= transactions) break;
        }
    }
}
