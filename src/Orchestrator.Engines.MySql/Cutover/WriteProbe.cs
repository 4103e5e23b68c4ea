using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Cutover;

/// <summary>
/// Asks for what every write of a table asks first, and for no row: it needs no more right than to read and to lock tables.
/// MariaDB says at once that it would have to wait. MySQL waits for a second at least, which every table would add to the
/// pause: there a second session looks whether the first one waits for the table, and ends its statement.
/// </summary>
internal sealed class WriteProbe : IDisposable
{
    /// <summary>State of a session that waits for a lock of a table (https://dev.mysql.com/doc/refman/8.4/en/general-thread-states.html).</summary>
    public const string Waits = "Waiting for table metadata lock";

    private const int LockTimeout = 1205;
    private const int Interrupted = 1317;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(1);

    private readonly MySqlConnection _probe;
    private readonly MySqlConnection? _watcher;
    private readonly string _probeId;
    private readonly TimeProvider _time;

    private WriteProbe(MySqlConnection probe, MySqlConnection? watcher, string probeId, TimeProvider time) =>
        (_probe, _watcher, _probeId, _time) = (probe, watcher, probeId, time);

    public static async Task<WriteProbe> OpenAsync(MySqlSession session, TimeProvider time, CancellationToken ct)
    {
        var probe = await session.OpenAsync(ct);
        try
        {
            // The longest wait where nobody sees it waiting: the statement fails then, which is the same answer.
            await probe.RunAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION lock_wait_timeout = {(probe.IsMariaDb ? 0 : 5)}"), ct);
            return probe.IsMariaDb
                ? new WriteProbe(probe, null, "", time)
                : new WriteProbe(probe, await session.OpenAsync(ct), (await probe.ScalarAsync("SELECT CONNECTION_ID()", ct))!, time);
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    /// <param name="table">Quoted.</param>
    /// <param name="ct">Breaks the connection.</param>
    public async Task<bool> IsRefusedAsync(string table, CancellationToken ct)
    {
        var write = _probe.RunAsync($"SELECT 1 FROM {table} WHERE 1 = 0 FOR UPDATE", ct);
        var waited = _watcher is not null && await EndWaitAsync(_watcher, write, ct);
        try
        {
            await write;
            return false;
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is LockTimeout or 1290 or 1836 or 1099 || (waited && MySqlErrors.NumberOf(e) is Interrupted))
        {
            return true;
        }
    }

    public void Dispose()
    {
        _probe.Dispose();
        _watcher?.Dispose();
    }

    /// <returns>The statement was seen waiting for the table.</returns>
    private async Task<bool> EndWaitAsync(MySqlConnection watcher, Task write, CancellationToken ct)
    {
        while (!write.IsCompleted)
        {
            if (await watcher.ScalarAsync($"SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = {_probeId}", ct) == Waits)
            {
                await watcher.RunAsync($"KILL QUERY {_probeId}", ct);
                return true;
            }

            await Task.Delay(Glance, _time, ct);
        }

        return false;
    }
}
