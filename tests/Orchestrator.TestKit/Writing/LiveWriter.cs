using System.Diagnostics;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>
/// An application: writes random multi-table transactions on its own connections, reconnects at once when it loses one,
/// remembers what was acknowledged, and can be pointed to another database while it runs.
/// </summary>
public sealed class LiveWriter : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(5);

    private readonly LiveWriterOptions _options;
    private readonly WriterTable[] _tables;
    private readonly WriterTally _tally = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _switch = new();
    private Destination _destination;
    private Task _workers = Task.CompletedTask;

    private LiveWriter(string connectionString, LiveWriterOptions options, WriterTable[] tables)
        => (_destination, _options, _tables) = (new Destination(connectionString), options, tables);

    /// <summary>Ids of the ledger that were acknowledged, refused or are unknown.</summary>
    public WriterLedger Ledger { get; } = new();

    /// <summary>What it has seen so far.</summary>
    public WriterReport Report => _tally.Read();

    /// <summary>Learns the tables and starts writing.</summary>
    public static async Task<LiveWriter> StartAsync(string connectionString, LiveWriterOptions options)
    {
        if (options.Ledger)
            await PgText.ExecuteAsync(connectionString, WriterLedger.CreateSql);
        var tables = new List<WriterTable>();
        foreach (var name in options.Tables)
            tables.Add(await WriterTable.LearnAsync(connectionString, name, options.Seed));
        var writer = new LiveWriter(connectionString, options, [.. tables]);
        writer._workers = Task.WhenAll(Enumerable.Range(0, options.Connections).Select(i => Task.Run(() => writer.WorkAsync(i))));
        return writer;
    }

    /// <summary>Moves the application: running statements are cancelled, every connection is closed and opened at the new place.</summary>
    public void PointTo(string connectionString)
    {
        Destination old;
        lock (_switch)
        {
            old = _destination;
            _destination = new Destination(connectionString);
        }
        old.Leave.Cancel();
    }

    /// <summary>Begins measuring <see cref="WriterReport.LongestGap"/> anew.</summary>
    public void ResetGap() => _tally.ResetGap();

    /// <summary>Waits until this many more transactions were committed.</summary>
    public async Task WaitForCommitsAsync(long more, TimeSpan timeout)
    {
        var goal = Report.Committed + more;
        var watch = Stopwatch.StartNew();
        while (Report.Committed < goal)
        {
            if (watch.Elapsed > timeout)
                throw new TimeoutException($"{Report.Committed} of {goal} commits after {timeout}; last errors: {string.Join("; ", Report.Errors.TakeLast(3))}");
            await Task.Delay(10);
        }
    }

    /// <summary>Ends writing; transactions in flight end or are rolled back.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _workers;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync(int worker)
    {
        var random = new Random(_options.Seed * 1000 + worker);
        var pace = new Pace(_options.TransactionsPerSecond / _options.Connections);
        while (!_stop.IsCancellationRequested)
        {
            var destination = _destination;
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(destination.Leave.Token, _stop.Token);
            try
            {
                await using var connection = new NpgsqlConnection(destination.ConnectionString);
                await connection.OpenAsync(leave.Token);
                while (!leave.IsCancellationRequested)
                {
                    await TransactAsync(connection, random, leave.Token);
                    await pace.NextAsync(leave.Token);
                }
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
                // Told to stop or to move: not an error of the database.
            }
            catch (NpgsqlException e)
            {
                _tally.Failed(e);
                await Task.Delay(RetryDelay);
            }
        }
    }

    private async Task TransactAsync(NpgsqlConnection connection, Random random, CancellationToken cancel)
    {
        var ledgerId = _options.Ledger ? Ledger.Begin() : 0;
        var plan = TransactionPlan.Draw(random, _options, _tables, ledgerId);
        try
        {
            foreach (var statement in plan.Statements)
                await RunAsync(connection, statement, cancel);
        }
        catch (PostgresException e) when (connection.State == System.Data.ConnectionState.Open)
        {
            // The session stays, as in an application's pool: a new one costs a server as much as a hundred writes.
            await RunAsync(connection, "ROLLBACK", CancellationToken.None);
            Ledger.Refused(ledgerId);
            if (e.SqlState[..2] is "22" or "23" or "40" or "54")
            {
                _tally.Rejected();
                return;
            }

            _tally.Failed(e);
            await Task.Delay(RetryDelay, CancellationToken.None);
            return;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            Ledger.Refused(ledgerId);
            throw;
        }
        await RunAsync(connection, plan.Commits ? "COMMIT" : "ROLLBACK", CancellationToken.None);
        if (plan.Commits)
            Ledger.Acknowledged(ledgerId);
        else
            Ledger.Refused(ledgerId);
        _tally.Ended(plan.Commits);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private sealed record Destination(string ConnectionString)
    {
        public CancellationTokenSource Leave { get; } = new();
    }

    /// <summary>Spreads transactions evenly; a slow one is not made up for by a burst.</summary>
    private sealed class Pace(double perSecond)
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private TimeSpan _next;

        public async ValueTask NextAsync(CancellationToken cancel)
        {
            if (perSecond <= 0)
                return;
            var now = _watch.Elapsed;
            _next += TimeSpan.FromSeconds(1 / perSecond);
            if (_next < now - TimeSpan.FromMilliseconds(50))
                _next = now;
            if (_next > now)
                await Task.Delay(_next - now, cancel);
        }
    }
}
