using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// A moment in which nobody writes the tables and no transaction that wrote them is open: by a read lock of the whole server,
/// or of the tables where the account may not take that or somebody's statement keeps it from us.
/// </summary>
internal sealed class ReadLock : IDisposable
{
    /// <summary>Everybody who writes queues behind our wait for the lock, so it must be short.</summary>
    private const int WaitSeconds = 1;

    private const int Tries = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly long _since;

    private ReadLock(MySqlConnection session, string kind, TimeProvider time) => (Session, Kind, _time, _since) = (session, kind, time, time.GetTimestamp());

    /// <summary>The session that holds it.</summary>
    public MySqlConnection Session { get; }

    /// <summary>Of what.</summary>
    public string Kind { get; }

    /// <returns>Null: it is not to be had.</returns>
    public static async Task<ReadLock?> TakeAsync(MySqlSession session, IReadOnlyList<TableSchema> tables, TimeProvider time, CancellationToken ct)
    {
        var connection = await session.OpenAsync(ct);
        try
        {
            await connection.RunAsync($"SET SESSION lock_wait_timeout = {WaitSeconds}", ct);
            if (await TryAsync(connection, "FLUSH TABLES WITH READ LOCK", time, ct)) return new ReadLock(connection, "server", time);
            var names = string.Join(", ", tables.Select(t => MySqlName.Quote(t.Origin!.Value) + " READ"));
            if (names.Length > 0 && await TryAsync(connection, "LOCK TABLES " + names, time, ct)) return new ReadLock(connection, "tables", time);
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <returns>How long it was held.</returns>
    public async Task<TimeSpan> ReleaseAsync(CancellationToken ct)
    {
        await Session.RunAsync("UNLOCK TABLES", ct);
        return _time.GetElapsedTime(_since);
    }

    public void Dispose() => Session.Dispose();

    private static async Task<bool> TryAsync(MySqlConnection connection, string statement, TimeProvider time, CancellationToken ct)
    {
        for (var left = Tries; ; left--)
        {
            try
            {
                await connection.RunAsync(statement, ct);
                return true;
            }
            catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1205 or 1213)
            {
                // Somebody's statement or transaction runs on. Those who waited behind us must get through first.
                if (left == 1) return false;
                await Task.Delay(Pause, time, ct);
            }
            catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1227 or 1142 or 1044 or 1045)
            {
                // No right to it.
                return false;
            }
        }
    }
}
