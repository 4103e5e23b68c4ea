using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

public abstract partial class ChangeReaderConformance
{
    private const string A = "CREATE TABLE a (id int PRIMARY KEY, v varchar(100))";
    private const string B = "CREATE TABLE b (id int PRIMARY KEY, v varchar(100))";

    [Fact]
    public async Task C6_C7_C10_Transactions_come_whole_in_the_order_of_their_commits_and_what_was_taken_back_does_not()
    {
        await _app.RunAsync(A, B);
        await FollowAsync("a", "b");
        await using var other = await _database.OpenSessionAsync();
        await _app.RunAsync("BEGIN", "INSERT INTO a VALUES (1, 'x')");
        await other.RunAsync("BEGIN", "INSERT INTO b VALUES (1, 'x'), (3, 'x'), (2, 'x')");
        await _app.RunAsync("INSERT INTO b VALUES (10, 'x')", "UPDATE a SET v = 'y' WHERE id = 1");
        await other.RunAsync("INSERT INTO a VALUES (2, 'x')", "SAVEPOINT s", "INSERT INTO a VALUES (50, 'x')", "DELETE FROM b WHERE id = 3", "ROLLBACK TO SAVEPOINT s");
        await other.RunAsync("UPDATE b SET id = 4 WHERE id = 2", "DELETE FROM b WHERE id = 1", "COMMIT");
        await _app.RunAsync("DELETE FROM b WHERE id = 10", "INSERT INTO b VALUES (10, 'again')", "COMMIT");
        await other.RunAsync("BEGIN", "INSERT INTO a VALUES (60, 'x')", "UPDATE a SET v = 'z'", "ROLLBACK");
        await other.RunAsync("BEGIN", "COMMIT", "DELETE FROM a WHERE id = 999", "UPDATE a SET v = 'last' WHERE id = 2");

        Assert.Equal(
            ["+ b 1, + b 3, + b 2, + a 2, * b 2>4, - b 1", "+ a 1, + b 10, * a 1, - b 10, + b 10", "* a 2"],
            (await ReadAllAsync(Start)).Texts);
    }

    [Fact]
    public async Task C11_Batch_is_cut_within_a_transaction_only_if_that_alone_is_too_large()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        const int limit = 10;
        int[] sizes = [35, 3, 3, 3, 3, 40, 3, 3];
        var id = 0;
        foreach (var size in sizes) await _app.RunAsync($"INSERT INTO a VALUES {string.Join(',', Enumerable.Range(0, size).Select(_ => $"({++id}, 'x')"))}");

        var delivered = await ReadAllAsync(Start, new ChangeBatchLimits(limit, 1 << 20, TimeSpan.FromMilliseconds(200)));

        Assert.Equal(sizes, delivered.Transactions.Select(t => t.Changes.Count));
        Assert.Equal(Enumerable.Range(1, id).Select(i => $"{i}"), delivered.Changes.Select(c => c.Key));
        Assert.True(delivered.Parts > 0, "a transaction of 35 changes came in one piece");
        // Full is full: what a batch holds before its last transaction is less than the limit.
        Assert.All(delivered.Batches, b => Assert.InRange(b.SkipLast(1).Sum(), 0, limit - 1));
    }

    [Fact]
    public async Task C11_Reader_begun_again_within_a_large_transaction_delivers_all_of_it()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        await _app.RunAsync("INSERT INTO a VALUES (1, 'before')");
        await _app.RunAsync(["BEGIN", .. Enumerable.Range(2, 60).Select(i => $"INSERT INTO a VALUES ({i}, 'large')"), "COMMIT", "DELETE FROM a WHERE id = 1"]);
        var interrupted = await ReadAsync(Start, d => d.Parts > 1, new ChangeBatchLimits(10, 1 << 20, TimeSpan.Zero));

        Assert.Equal(["+ a 1"], interrupted.Texts);
        await TakeOverAsync();
        var delivered = await ReadAllAsync(SourcePosition.Parse(interrupted.End.ToString()));
        Assert.Equal([60, 1], delivered.Transactions.Select(t => t.Changes.Count));
        Assert.Equal(Enumerable.Range(2, 60).Select(i => $"{i}").Append("1"), delivered.Changes.Select(c => c.Key));
    }

    [Fact]
    public async Task C8_Reader_begun_again_delivers_what_ends_after_its_position_and_nothing_else()
    {
        await _app.RunAsync(A, B);
        await FollowAsync("a", "b");
        await _app.RunAsync("INSERT INTO a VALUES (1, 'x'), (2, 'x')", "INSERT INTO b VALUES (1, 'x')");
        await _app.RunAsync("UPDATE a SET v = 'y'", "DELETE FROM b WHERE id = 1");
        string[] all = ["+ a 1, + a 2", "+ b 1", "* a 1, * a 2", "- b 1", "+ b 7"];
        Delivered first;
        await using (var reader = Capture.OpenReader(_tables))
        {
            first = new Delivered(Start, _tables);
            var nonce = await MarkAsync();
            await ReadAsync(reader, first, d => d.Markers.Contains(nonce));
            Assert.Equal(all[..4], first.Texts);
            await reader.AcknowledgeAsync(first.Transactions[0].Place.EndPosition, CancellationToken.None);
        }

        await TakeOverAsync();
        await _app.RunAsync("INSERT INTO b VALUES (7, 'x')");
        Assert.Equal(all[4..], (await ReadAllAsync(SourcePosition.Parse(first.End.ToString()))).Texts);
        Assert.Equal(all[2..], (await ReadAllAsync(SourcePosition.Parse(first.Transactions[1].Place.EndPosition.ToString()))).Texts);
        Assert.Equal(all[1..], (await ReadAllAsync(SourcePosition.Parse(first.Transactions[0].Place.EndPosition.ToString()))).Texts);
    }

    [Fact]
    public async Task C10_Current_position_lies_after_everything_committed_and_is_reached()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        var before = await Capture.CurrentPositionAsync(CancellationToken.None);
        await _app.RunAsync("INSERT INTO a VALUES (1, 'x')");
        var after = await Capture.CurrentPositionAsync(CancellationToken.None);

        var place = Assert.Single((await ReadAsync(Start, d => d.End >= after)).Transactions).Place;
        Assert.True(Start <= before && before <= place.CommitPosition && place.CommitPosition < after && place.EndPosition <= after, $"{Start} {before} {place} {after}");
        Assert.True(await Capture.CurrentPositionAsync(CancellationToken.None) >= after);
    }
}
