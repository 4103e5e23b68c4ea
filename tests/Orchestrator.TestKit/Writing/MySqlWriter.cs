using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>
/// An application that keeps writing to MariaDB through the server's own client, and to PostgreSQL once it is moved there. It
/// writes down the number of every transaction whose commit was acknowledged. Table <c>app_ledger(id bigint PRIMARY KEY)</c>
/// must be there.
/// </summary>
public sealed class MySqlWriter : IAsyncDisposable
{
    /// <summary>Numbers of what is written to the target begin here.</summary>
    public const long OnTarget = 1_000_000_000;

    private readonly MySqlDatabase _source;
    private readonly string _user;
    private readonly string _password;
    private readonly Func<long, string> _work;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<long> _acknowledged = [];
    private readonly List<Task> _running = [];
    private volatile string? _target;
    private long _next;
    private long _last = Stopwatch.GetTimestamp();
    private long _gap;

    private MySqlWriter(MySqlDatabase source, string user, string password, Func<long, string> work) =>
        (_source, _user, _password, _work) = (source, user, password, work);

    /// <summary>Numbers whose commit was acknowledged.</summary>
    public IReadOnlyCollection<long> Acknowledged => _acknowledged;

    /// <summary>Longest time without a commit.</summary>
    public TimeSpan LongestGap => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _gap));

    /// <summary>Starts writing with an account that may write but not more.</summary>
    /// <param name="source">The database.</param>
    /// <param name="work">Statements of one transaction besides the ledger's, by its number.</param>
    /// <param name="connections">Sessions at once.</param>
    public static async Task<MySqlWriter> StartAsync(MySqlDatabase source, Func<long, string> work, int connections = 2)
    {
        var (user, password) = ($"app_{source.Name}"[..Math.Min(30, source.Name.Length + 4)], Guid.NewGuid().ToString("N"));
        await source.Server.RunAsync("", $"DROP USER IF EXISTS '{user}'@'127.0.0.1'; CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY '{password}'; GRANT SELECT, INSERT, UPDATE, DELETE ON `{source.Name}`.* TO '{user}'@'127.0.0.1'");
        var writer = new MySqlWriter(source, user, password, work);
        for (var i = 0; i < connections; i++) writer._running.Add(Task.Run(writer.WriteAsync));
        await writer.WaitForCommitsAsync(10, TimeSpan.FromSeconds(60));
        return writer;
    }

    /// <summary>Moves the application: from here on it writes numbers from <see cref="OnTarget"/> on into that database.</summary>
    public void MoveTo(string? targetConnectionString) => _target = targetConnectionString;

    /// <summary>Forgets the longest gap so far.</summary>
    public void ResetGap()
    {
        Interlocked.Exchange(ref _last, Stopwatch.GetTimestamp());
        Interlocked.Exchange(ref _gap, 0);
    }

    /// <summary>Waits for that many more commits.</summary>
    public async Task WaitForCommitsAsync(int count, TimeSpan patience)
    {
        var (until, watch) = (_acknowledged.Count + count, Stopwatch.StartNew());
        while (_acknowledged.Count < until)
        {
            if (watch.Elapsed > patience) throw new TimeoutException($"no {count} commits in {patience}");
            await Task.Delay(20);
        }
    }

    /// <summary>Ends the writing.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_target is { } target) await WriteTargetAsync(target);
                else await WriteSourceAsync();
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                // Refused or cut: an application tries again.
                await Task.Delay(20);
            }
        }
    }

    private async Task WriteSourceAsync()
    {
        var info = _source.Server.ClientInfo(_source.Name, "--unbuffered", "--user=" + _user);
        info.Environment["MYSQL_PWD"] = _password;
        info.UseShellExecute = false;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        using var client = Process.Start(info)!;
        try
        {
            while (!_stop.IsCancellationRequested && _target is null)
            {
                var number = Interlocked.Increment(ref _next);
                await client.StandardInput.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"START TRANSACTION; INSERT INTO app_ledger(id) VALUES ({number}); {_work(number)} COMMIT; SELECT 'done {number}';"));
                await client.StandardInput.FlushAsync();
                if (await client.StandardOutput.ReadLineAsync() != $"done {number}") return;
                Note(number);
            }
        }
        finally
        {
            if (!client.HasExited) client.Kill();
            await client.WaitForExitAsync();
        }
    }

    private async Task WriteTargetAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        while (!_stop.IsCancellationRequested && _target is not null)
        {
            var number = OnTarget + Interlocked.Increment(ref _next);
            await using var insert = new NpgsqlCommand($"INSERT INTO \"{_source.Name}\".app_ledger(id) VALUES ({number})", connection);
            await insert.ExecuteNonQueryAsync();
            Note(number);
            await Task.Delay(5);
        }
    }

    private void Note(long number)
    {
        _acknowledged.Add(number);
        var now = Stopwatch.GetTimestamp();
        var gap = now - Interlocked.Exchange(ref _last, now);
        if (gap > Interlocked.Read(ref _gap)) Interlocked.Exchange(ref _gap, gap);
    }
}
