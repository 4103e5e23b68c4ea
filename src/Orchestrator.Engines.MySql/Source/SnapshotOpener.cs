using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Opens several sessions that see one position: under a read lock of the whole server, which is let go as soon as the last
/// of them stands. Where the lock is not to be had, MariaDB can still open one session whose position it tells.
/// </summary>
internal sealed class SnapshotOpener(MySqlSession session, int sessions, ZeroDateTally zeroDates)
{
    /// <summary>Everybody who writes queues behind our wait for the lock, so it must be short.</summary>
    private const int LockWaitSeconds = 3;

    private const int Tries = 3;
    private const string View = "START TRANSACTION WITH CONSISTENT SNAPSHOT";

    /// <param name="needsPosition">Changes will be followed from here on.</param>
    /// <param name="ct">Stops the opening.</param>
    public async Task<MySqlSnapshot> OpenAsync(bool needsPosition, CancellationToken ct)
    {
        using var locker = await session.OpenAsync(ct);
        var views = new List<MySqlConnection>();
        TableKeeper? keeper = null;
        try
        {
            for (var i = 0; i < sessions; i++) views.Add(await session.OpenAsync(ct));
            var isLocked = await LockAsync(locker, ct);
            keeper = await TableKeeper.LockAsync(session, ct);
            if (!isLocked && keeper.IsNeeded && needsPosition) throw NoLock();
            var position = isLocked ? await LockedAsync(locker, views, needsPosition, ct) : await UnlockedAsync(views, needsPosition, ct);
            return new MySqlSnapshot(position, [.. views], keeper, zeroDates);
        }
        catch
        {
            foreach (var view in views) view.Dispose();
            keeper?.Dispose();
            throw;
        }
    }

    private static async Task<BinlogPosition> LockedAsync(MySqlConnection locker, List<MySqlConnection> views, bool needsPosition, CancellationToken ct)
    {
        foreach (var view in views) await view.RunAsync(View, ct);
        var position = await PositionAsync(locker, needsPosition, ct);
        await locker.RunAsync("UNLOCK TABLES", ct);
        return position;
    }

    private static async Task<BinlogPosition> UnlockedAsync(List<MySqlConnection> views, bool needsPosition, CancellationToken ct)
    {
        var only = views[0];
        foreach (var view in views.Skip(1)) view.Dispose();
        views.RemoveRange(1, views.Count - 1);
        await only.RunAsync(View, ct);
        if (!needsPosition) return await PositionAsync(only, needsPosition, ct);
        var status = only.IsMariaDb
            ? (await only.RowsAsync("SHOW STATUS LIKE 'binlog_snapshot_%'", ct)).ToDictionary(r => r[0]!.ToUpperInvariant(), r => r[1]!)
            : [];
        if (!status.TryGetValue("BINLOG_SNAPSHOT_FILE", out var file) || file.Length == 0) throw NoLock();
        var offset = status["BINLOG_SNAPSHOT_POSITION"];
        var gtids = await only.ScalarAsync($"SELECT BINLOG_GTID_POS({MySqlName.Literal(file)}, {offset})", ct);
        return BinlogPosition.Parse($"{file}:{offset};{gtids}");
    }

    private static OrchestratorException NoLock() => new(
        ErrorKind.Configuration, "E-SNAP-005",
        "The source's read lock is not to be had; without it this server, or a table of an engine without transactions, cannot be read as of a known place of the log.",
        "Give the account the RELOAD right (FLUSH TABLES WITH READ LOCK), and let statements that run for long end.");

    private static async Task<BinlogPosition> PositionAsync(MySqlConnection connection, bool needed, CancellationToken ct)
    {
        try
        {
            return await MasterStatus.CurrentAsync(connection, ct);
        }
        catch (OrchestratorException e) when (!needed && (e.Code == "E-BINLOG-010" || e.Kind == ErrorKind.Configuration))
        {
            // A copy that nothing follows needs no log, nor the right to ask for it.
            return new BinlogPosition("none.0", 0, "");
        }
    }

    private static async Task<bool> LockAsync(MySqlConnection locker, CancellationToken ct)
    {
        await locker.RunAsync($"SET SESSION lock_wait_timeout = {LockWaitSeconds}", ct);
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                await locker.RunAsync("FLUSH TABLES WITH READ LOCK", ct);
                return true;
            }
            catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1205 or 1213)
            {
                // Somebody's statement runs on: the next try, or without.
                continue;
            }
            catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1227 or 1142 or 1045)
            {
                // No right to it.
                return false;
            }
        }

        return false;
    }
}
