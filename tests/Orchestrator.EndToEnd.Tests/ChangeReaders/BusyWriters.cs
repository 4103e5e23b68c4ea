namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>Sessions that write rows of <c>t(id int, v varchar)</c> in small transactions until they are stopped; each writes rows of its own.</summary>
internal sealed class BusyWriters : IAsyncDisposable
{
    private const int RowsOfOne = 1_000_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<SourceSession> _sessions = [];
    private int _commits;

    public static async Task<BusyWriters> StartAsync(SourceDatabase database, int count)
    {
        var writers = new BusyWriters();
        for (var i = 1; i <= count; i++)
        {
            var session = await database.OpenSessionAsync();
            writers._sessions.Add(session);
            var first = i * RowsOfOne;
            writers._running.Add(Task.Run(() => writers.WriteAsync(session, first)));
        }

        await writers.CommitAsync(20);
        return writers;
    }

    /// <summary>Returns once that many more transactions were committed.</summary>
    public async Task CommitAsync(int more)
    {
        var until = Volatile.Read(ref _commits) + more;
        while (Volatile.Read(ref _commits) < until)
        {
            if (_running.Find(r => r.IsFaulted) is { } failed) await failed;
            await Task.Delay(5);
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var session in _sessions) await session.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Rows are inserted, changed twice, given another key, and most of them deleted again.</summary>
    private async Task WriteAsync(SourceSession session, int first)
    {
        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            var id = first + (10 * n);
            await session.RunAsync(
                "BEGIN",
                $"INSERT INTO t VALUES ({id}, 'first'), ({id + 1}, NULL)",
                $"UPDATE t SET v = 'second' WHERE id = {id}",
                $"UPDATE t SET id = {id + 2}, v = 'moved' WHERE id = {id - 9}",
                $"DELETE FROM t WHERE id = {id - 40}",
                "COMMIT");
            Interlocked.Increment(ref _commits);
            // Enough to run beside everything, and no more than the stand-in for Kafka keeps.
            await Task.Delay(2);
        }
    }
}
