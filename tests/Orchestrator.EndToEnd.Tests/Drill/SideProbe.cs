using System.Diagnostics;
using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>
/// Tries to write to both sides all the time, as an application that nobody told where to write. What got in stands in
/// the databases with the server's time, so that nothing has to be believed.
/// </summary>
internal sealed class SideProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _source, _target;

    public SideProbe(ApplicationRole role) => _running = Task.WhenAll(
        Task.Run(() => WriteAsync(role.SourceConnectionString, "source", () => Interlocked.Increment(ref _source))),
        Task.Run(() => WriteAsync(role.TargetConnectionString, "target", () => Interlocked.Increment(ref _target))));

    /// <summary>Writes the source took so far.</summary>
    public long SourceWrites => Interlocked.Read(ref _source);

    /// <summary>Writes the target took so far.</summary>
    public long TargetWrites => Interlocked.Read(ref _target);

    /// <summary>Waits until the side takes one more write, and returns how long that was.</summary>
    public static async Task<TimeSpan> UntilWritableAsync(Func<long> writes, TimeSpan patience)
    {
        var (before, watch) = (writes(), Stopwatch.StartNew());
        while (writes() == before)
        {
            if (watch.Elapsed > patience) throw new TimeoutException($"no write got in for {patience}");
            await Task.Delay(10);
        }

        return watch.Elapsed;
    }

    /// <summary>Ends the writing.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(string connectionString, string side, Func<long> count)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(_stop.Token);
                while (!_stop.IsCancellationRequested)
                {
                    if (await IsTakenAsync(connection, side)) count();
                    await Task.WhenAny(Task.Delay(20, _stop.Token));
                }
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                // The server is not there: an application tries again.
                await Task.WhenAny(Task.Delay(20, _stop.Token));
            }
        }
    }

    /// <summary>False: refused by a fence, or the table is not there yet. The session stays: a new one costs a server as much as a hundred writes.</summary>
    private static async Task<bool> IsTakenAsync(NpgsqlConnection connection, string side)
    {
        try
        {
            await using var insert = new NpgsqlCommand($"INSERT INTO public.probe(side) VALUES ('{side}')", connection);
            await insert.ExecuteNonQueryAsync(CancellationToken.None);
            return true;
        }
        catch (PostgresException) when (connection.State == System.Data.ConnectionState.Open)
        {
            return false;
        }
    }
}
