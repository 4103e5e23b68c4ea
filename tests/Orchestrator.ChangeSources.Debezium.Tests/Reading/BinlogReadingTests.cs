using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>What is read otherwise when the source keeps a binary log: statements, and rows whose key changed.</summary>
public sealed class BinlogReadingTests : IDisposable
{
    private static readonly SourcePosition Start = new BinlogPosition("binlog.000001", 100, "0-1-1");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private readonly MemoryTopics _topics = new();

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task C5_truncate_of_a_binary_log_stops_the_stream_though_later_transactions_were_applied_and_again_after_a_resume()
    {
        Begin("0-1-2"); // of the TRUNCATE: it gets no END
        Row("0-1-3", 300, ChangeOp.Insert);
        var (_, checkpoint) = await ReadAsync(Start);
        Assert.True(new BinlogPosition("binlog.000001", 300, "") < checkpoint);

        _topics.Put("b", 0, Statement(EventKind.Truncate, 200));

        var error = await FailureAsync(checkpoint);
        Assert.Equal(("E-DBZ-078", "shop.b"), (error.Code, error.Table));
        Assert.Equal("E-DBZ-078", (await FailureAsync(checkpoint)).Code);
    }

    [Fact]
    public async Task C5_truncate_that_the_tables_snapshot_holds_is_passed()
    {
        _topics.Put("b", 0, Statement(EventKind.Truncate, 200));
        Row("0-1-3", 300, ChangeOp.Insert);

        // Table b was loaded once more, from a view taken at 250.
        var (changes, _) = await ReadAsync(Start, bFrom: 250);

        Assert.Equal([ChangeOp.Insert], changes);
    }

    [Theory]
    [InlineData(200, 1, "E-DDL-002")]
    [InlineData(99, 1, null)]
    [InlineData(200, 2, null)]
    public async Task C12_alteration_stops_the_stream_unless_it_is_old_or_was_made_on_both_sides(ulong at, int forms, string? code)
    {
        _topics.Put("shop", 0, Statement(EventKind.SchemaChange, at) with { Message = ("shop", "ALTER TABLE b ADD c int") });
        if (code is null)
        {
            Row("0-1-3", 300, ChangeOp.Insert);
            Assert.Equal([ChangeOp.Insert], (await ReadAsync(Start, forms: forms)).Changes);
            return;
        }

        var error = await FailureAsync(Start);
        Assert.Equal((code, "shop.b"), (error.Code, error.Table));
        Assert.Contains("ALTER TABLE b ADD c int", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, new[] { ChangeOp.Update })]
    [InlineData(1, new[] { ChangeOp.Delete, ChangeOp.Insert })]
    public async Task C2_MP20_key_that_changed_is_an_update_and_not_a_delete_that_others_would_follow(long row, ChangeOp[] expected)
    {
        var key = new TransactionKey(0, "0-1-2");
        Begin("0-1-2");
        _topics.Put("a", 0, Change(key, 1, 200, 0, ChangeOp.Delete), MemoryTopics.Image("old"));
        _topics.Put("b", 0, Change(key, 2, 200, row, ChangeOp.Insert), MemoryTopics.Image("new"));
        End(key, 2);

        Assert.Equal(expected, (await ReadAsync(Start)).Changes);
    }

    private async Task<(List<ChangeOp> Changes, SourcePosition End)> ReadAsync(SourcePosition from, ulong bFrom = 100, int forms = 1)
    {
        await using var reader = Reader(bFrom, forms);
        await foreach (var batch in reader.ReadAsync(from, ChangeBatchLimits.Default, _limit.Token))
        {
            if (batch.Transactions.Count > 0) return ([.. batch.Changes.ToArray().Select(c => c.Op)], SourcePosition.Parse(batch.End.ToString()));
        }

        throw new InvalidOperationException("nothing came");
    }

    private async Task<OrchestratorException> FailureAsync(SourcePosition from)
    {
        await using var reader = Reader(bFrom: 100, forms: 1);
        return await Assert.ThrowsAsync<OrchestratorException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(from, ChangeBatchLimits.Default, _limit.Token)) batch.Dispose();
        });
    }

    private DebeziumChangeReader Reader(ulong bFrom, int forms) => new(
        [Table("a", 100), .. Enumerable.Repeat(Table("b", bFrom), forms)], from => new MemoryFeed(_topics, from, []), () => new MemoryDecoder(_topics),
        SimulatedConnector.TransactionTopic, MergeLimits.Default, TimeProvider.System);

    private static FollowedTable Table(string name, ulong from) => new(
        new TableSchema { Table = new TableRef("shop", name), SourceId = 1, Columns = [], Key = new RowKey(RowKeyKind.None, []), Bytes = 0, EstimatedRows = 0, Pages = 0 },
        new BinlogPosition("binlog.000001", from, ""));

    private void Row(string gtid, ulong at, ChangeOp op)
    {
        Begin(gtid);
        _topics.Put("a", 0, Change(new TransactionKey(0, gtid), 1, at, 0, op), MemoryTopics.Image("row"));
        End(new TransactionKey(0, gtid), 1);
    }

    private void Begin(string gtid) =>
        _topics.Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent { Kind = EventKind.TransactionBegin, Transaction = new TransactionKey(0, gtid) });

    private void End(TransactionKey key, int count) =>
        _topics.Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent { Kind = EventKind.TransactionEnd, Transaction = key, TotalOrder = count });

    private static DecodedEvent Change(TransactionKey key, int order, ulong at, long row, ChangeOp op) => new()
    {
        Kind = EventKind.Change, Op = op, Old = op == ChangeOp.Delete ? OldImage.Full : OldImage.None, Transaction = key, TotalOrder = order, Source = new SourcePoint(0, "binlog.000001", at, row),
    };

    private static DecodedEvent Statement(EventKind kind, ulong at) =>
        new() { Kind = kind, Op = ChangeOp.Truncate, Table = 1, Transaction = new TransactionKey(0, "0-1-2"), TotalOrder = 1, Source = new SourcePoint(0, "binlog.000001", at) };
}
