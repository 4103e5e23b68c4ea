using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Opens several sessions that see one position: under a read lock, which is let go as soon as the last of them stands. Where
/// the lock is not to be had, MariaDB can do without.
/// </summary>
internal sealed class SnapshotOpener(MySqlSession session, int sessions, ZeroDateTally zeroDates, TimeProvider time)
{
    /// <param name="tables">What will be read.</param>
    /// <param name="needsPosition">Changes will be followed from here on.</param>
    /// <param name="ct">Stops the opening.</param>
    /// <exception cref="OrchestratorException">Configuration <c>E-SNAP-005</c>: there is neither a lock nor a way without.</exception>
    public async Task<MySqlSnapshot> OpenAsync(IReadOnlyList<TableSchema> tables, bool needsPosition, CancellationToken ct)
    {
        var views = new List<MySqlConnection>();
        TableKeeper? keeper = null;
        try
        {
            for (var i = 0; i < sessions; i++) views.Add(await session.OpenPatientAsync(ct));
            using var locked = await ReadLock.TakeAsync(session, tables, time, ct);
            keeper = await TableKeeper.LockAsync(session, ct);
            if (locked is null && keeper.IsNeeded && needsPosition) throw NoLock();
            var (position, notice) = locked is not null ? await LockedAsync(locked, views, needsPosition, ct) : await UnlockedAsync(views, needsPosition, ct);
            return new MySqlSnapshot(position, [.. views], keeper, zeroDates, notice);
        }
        catch
        {
            foreach (var view in views) view.Dispose();
            keeper?.Dispose();
            throw;
        }
    }

    private static async Task<(BinlogPosition, RunNotice)> LockedAsync(ReadLock locked, List<MySqlConnection> views, bool needsPosition, CancellationToken ct)
    {
        foreach (var view in views) await view.RunAsync(AgreeingViews.Open, ct);
        var position = await PositionAsync(locked.Session, needsPosition, ct);
        var held = await locked.ReleaseAsync(ct);
        return (position, new RunNotice(
            NoticeLevel.Information, "snapshot taken under a read lock", new("lock", locked.Kind),
            new("held", string.Create(CultureInfo.InvariantCulture, $"{held.TotalMilliseconds:0.0} ms")), new("sessions", $"{views.Count}"), new("position", position.ToString())));
    }

    private async Task<(BinlogPosition, RunNotice)> UnlockedAsync(List<MySqlConnection> views, bool needsPosition, CancellationToken ct)
    {
        var wanted = views.Count;
        var position = await AgreeingViews.OpenAsync(views, time, ct);
        if (position is null)
        {
            if (needsPosition) throw NoLock();
            foreach (var view in views.Skip(1)) view.Dispose();
            views.RemoveRange(1, views.Count - 1);
            position = await PositionAsync(views[0], needed: false, ct);
        }

        return (position, new RunNotice(
            views.Count < wanted ? NoticeLevel.Warning : NoticeLevel.Information, "snapshot taken without a lock",
            new("sessions", $"{views.Count} of {wanted}"), new("position", position.ToString())));
    }

    private static OrchestratorException NoLock() => new(
        ErrorKind.Configuration, "E-SNAP-005",
        "No read lock is to be had on the source; without it this server, or a table of an engine without transactions, cannot be read as of a known place of the log.",
        "Give the account the RELOAD right (FLUSH TABLES WITH READ LOCK) or LOCK TABLES, and let statements that run for long end.");

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
}
