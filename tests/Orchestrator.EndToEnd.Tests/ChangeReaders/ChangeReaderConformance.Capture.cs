using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

public abstract partial class ChangeReaderConformance
{
    [Fact]
    public async Task C16_Marker_comes_after_everything_committed_before_it_and_its_place_is_reached()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        await using var reader = Capture.OpenReader(_tables);
        var delivered = new Delivered(Start, _tables);
        for (var round = 1; round <= 3; round++)
        {
            await _app.RunAsync($"INSERT INTO a VALUES ({round}, 'x')");
            var nonce = Guid.NewGuid().ToString("N");
            var place = await Capture.EmitMarkerAsync(nonce, CancellationToken.None);
            await ReadAsync(reader, delivered, d => d.Markers.Contains(nonce));
            Assert.Equal(Enumerable.Range(1, round).Select(i => $"+ a {i}"), delivered.Texts);
            Assert.All(delivered.Transactions, t => Assert.True(t.Place.EndPosition <= place, $"{t.Place} after the marker's {place}"));
            if (delivered.End < place) await ReadAsync(reader, delivered, d => d.End >= place);
        }

        Assert.Equal(3, delivered.Markers.Count(m => m.Length == 32));
    }

    [Fact]
    public async Task C16_Marker_set_while_a_reader_waits_comes_by_itself()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        await using var reader = Capture.OpenReader(_tables);
        var delivered = new Delivered(Start, _tables);
        var first = await MarkAsync();
        var second = Guid.NewGuid().ToString("N");
        var isWaiting = new TaskCompletionSource();
        var reading = ReadAsync(reader, delivered, d =>
        {
            if (d.Markers.Contains(first)) isWaiting.TrySetResult();
            return d.Markers.Contains(second);
        });
        await Task.WhenAny(isWaiting.Task, reading);
        await Capture.EmitMarkerAsync(second, CancellationToken.None);
        await reading;
        Assert.Empty(delivered.Transactions);
    }

    [Fact]
    public async Task C16_Tables_that_are_not_followed_do_not_show_but_the_reader_comes_past_them()
    {
        await _app.RunAsync(A, B);
        await FollowAsync("a");
        await using var reader = Capture.OpenReader(_tables);
        var delivered = new Delivered(Start, _tables);
        for (var round = 1; round <= 2; round++)
        {
            await _app.RunAsync($"INSERT INTO b VALUES ({round}, 'x')", "UPDATE b SET v = 'y'");
            var now = await Capture.CurrentPositionAsync(CancellationToken.None);
            await ReadAsync(reader, delivered, d => d.End >= now);
            await reader.AcknowledgeAsync(delivered.End, CancellationToken.None);
        }

        await _app.RunAsync("BEGIN", "INSERT INTO b VALUES (3, 'x')", "INSERT INTO a VALUES (3, 'x')", "DELETE FROM b", "COMMIT");
        await ReadAsync(reader, delivered, d => d.Transactions.Count > 0);
        Assert.Equal(["+ a 3"], delivered.Texts);
    }

    [Theory]
    [InlineData("ADD COLUMN extra int", "1000, 'x', 7")]
    [InlineData("RENAME COLUMN v TO w", "1000, 'x'")]
    public async Task C12_Changed_structure_stops_the_stream_before_its_first_row_and_what_committed_before_is_delivered(string change, string row)
    {
        await _app.RunAsync(A, B);
        await FollowAsync("a", "b");
        // A connector learns the tables' structure when it begins: what is altered before that is another case (docs/limits.md).
        await ReadAllAsync(Start);
        const int before = 40;
        for (var i = 1; i <= before; i++) await _app.RunAsync($"INSERT INTO {(i % 4 == 0 ? 'b' : 'a')} VALUES ({i}, 'x')");
        await _app.RunAsync($"ALTER TABLE b {change}", "BEGIN", "INSERT INTO a VALUES (1000, 'x')", $"INSERT INTO b VALUES ({row})", "COMMIT", "INSERT INTO a VALUES (1001, 'x')");

        var error = await AssertStopsAsync(StructureCode, [.. Enumerable.Range(1, before).Select(i => $"+ {(i % 4 == 0 ? 'b' : 'a')} {i}")]);
        Assert.EndsWith(".b", error.Table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C5_Truncate_is_delivered_in_its_place_or_stops_the_stream_there()
    {
        await _app.RunAsync(A, B);
        await FollowAsync("a", "b");
        await _app.RunAsync("INSERT INTO a VALUES (1, 'x'), (2, 'x')", "INSERT INTO b VALUES (1, 'x')", "TRUNCATE TABLE a", "INSERT INTO a VALUES (1, 'y')");
        string[] before = ["+ a 1, + a 2", "+ b 1"];

        if (TruncateCode is null) Assert.Equal([.. before, "truncate a", "+ a 1"], (await ReadAllAsync(Start)).Texts);
        else await AssertStopsAsync(TruncateCode, before);
    }

    [Fact]
    public async Task C14_Healthy_capture_says_so_and_dropping_it_twice_leaves_nothing()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        await _app.RunAsync("INSERT INTO a VALUES (1, 'x')");
        await using (var reader = Capture.OpenReader(_tables))
        {
            var delivered = new Delivered(Start, _tables);
            await ReadAsync(reader, delivered, d => d.Transactions.Count == 1);
            await reader.AcknowledgeAsync(delivered.End, CancellationToken.None);
        }

        await Capture.CheckAsync(CancellationToken.None);
        var status = await Capture.StatusAsync(CancellationToken.None);
        Assert.NotNull(status);
        Assert.False(status.Lost);
        Assert.True(status.RetainedBytes >= 0);
        Assert.True(status.Confirmed <= await Capture.CurrentPositionAsync(CancellationToken.None));

        await Capture.DropAsync(CancellationToken.None);
        await TakeOverAsync();
        await Capture.DropAsync(CancellationToken.None);
        Assert.Empty((await _database.LeftoversAsync()).Concat(LeftBetween()));
    }

    [Fact]
    public async Task C18_Cancelled_reading_ends_at_once_and_another_reader_goes_on()
    {
        await _app.RunAsync(A);
        await FollowAsync("a");
        var reader = Capture.OpenReader(_tables);
        using var stop = new CancellationTokenSource();
        var delivered = new Delivered(Start, _tables);
        var isWaiting = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in reader.ReadAsync(Start, ChangeBatchLimits.Default, stop.Token))
            {
                using (batch) delivered.Add(batch);
                if (delivered.Markers.Count > 0) isWaiting.TrySetResult();
            }
        });
        await MarkAsync();
        await Task.WhenAny(isWaiting.Task, reading);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
        await reader.DisposeAsync();
        await _app.RunAsync("INSERT INTO a VALUES (1, 'x')");
        // A caller that just stops asking, and one that never began.
        Assert.Equal(["+ a 1"], (await ReadAsync(delivered.End, d => d.Transactions.Count > 0)).Texts);
        await Capture.OpenReader(_tables).DisposeAsync();
        Assert.Equal(["+ a 1"], (await ReadAllAsync(delivered.End)).Texts);
    }
}
