using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using NpgsqlTypes;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Slot and publication of one run, both named <c>orchestrator_&lt;run id&gt;</c>.
/// https://www.postgresql.org/docs/15/logical-replication.html
/// </summary>
public sealed class PgChangeCapture(PgSession session, Guid runId, TimeProvider time) : IChangeCapture
{
    /// <summary>Prefix of our logical messages (cutover markers).</summary>
    internal const string MessagePrefix = "orchestrator";

    /// <summary>A further snapshot waits for every writing transaction that is open now, and change apply may be held meanwhile.</summary>
    internal static readonly TimeSpan SnapshotLimit = TimeSpan.FromSeconds(60);

    /// <summary>How often the server hears from a reader, whatever else the reader does.</summary>
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(5);

    /// <summary>Name of the slot and of the publication: made of hex digits, needs no quoting.</summary>
    public string ObjectName { get; } = $"orchestrator_{runId:N}"[..29];

    internal PgPublication Publication => new(session, ObjectName);

    /// <summary>Internal errors the stream ended with since a transaction was last delivered; outlives a reader.</summary>
    internal int InternalErrors { get; set; }

    public async Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await DropSlotAsync(ct);
        await Publication.CreateAsync(tables, ct);
        return await CreateSlotAsync(ObjectName, temporary: false, ct);
    }

    public async Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(SnapshotLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        ISnapshot snapshot;
        try
        {
            snapshot = await CreateSlotAsync($"{ObjectName}_{Guid.NewGuid():N}"[..46], temporary: true, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw await SnapshotWaits.DescribeAsync(session, SnapshotLimit, ct);
        }

        try
        {
            // Something to read after the snapshot's position, so that a reader on an idle source learns at once that it is there.
            await EmitMarkerAsync("snapshot", ct);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    public Task<ISnapshotSession> JoinViewAsync(string name, CancellationToken ct) => PgSnapshot.JoinAsync(session, name, ct);

    public async Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var exporter = await session.BorrowAsync(ct);
        var position = await CurrentAsync(exporter, ct);
        await exporter.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ct);
        var name = await exporter.ScalarAsync<string>("SELECT pg_export_snapshot()", ct);
        return await PgSnapshot.AdoptAsync(session, name!, position, ct);
    }

    public async Task<CaptureStatus?> StatusAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var rows = await connection.ListAsync(
            """
            SELECT confirmed_flush_lsn::text, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint,
                   restart_lsn IS NULL OR coalesce(to_jsonb(s) ->> 'wal_status', '') = 'lost'
            FROM pg_replication_slots s WHERE slot_name = $1
            """,
            r => new CaptureStatus(new LsnPosition(Lsn.Parse(r.GetString(0))), r.GetInt64(1), r.GetBoolean(2)), ct, ObjectName);
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        await RequireSlotAsync("", ct);
        await Publication.CheckAsync(ct);
    }

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => new PgChangeReader(session, ObjectName, tables, this, time);

    public async Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await connection.RunAsync("SET synchronous_commit = on", ct);
        // Transactional, so that it stands in commit order; committed synchronously, so that everything before it is flushed.
        await connection.RunAsync("SELECT pg_logical_emit_message(true, $1, $2)", ct, MessagePrefix, nonce);
        return await CurrentAsync(connection, ct);
    }

    public async Task<SourcePosition> CurrentPositionAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        return await CurrentAsync(connection, ct);
    }

    public async Task DropAsync(CancellationToken ct)
    {
        await DropSlotAsync(ct);
        await Publication.DropAsync(ct);
    }

    /// <summary>A slot that is gone or lost has changes we will never see (CASES C14).</summary>
    /// <param name="place">Where the changes lie, for people: empty, or " after ...".</param>
    /// <param name="ct">Stops the asking.</param>
    internal async Task<CaptureStatus> RequireSlotAsync(string place, CancellationToken ct)
    {
        var status = await StatusAsync(ct) ?? throw new OrchestratorException(
            ErrorKind.Data, "E-SLOT-002", $"Replication slot {ObjectName} no longer exists on the source: changes{place} cannot be followed.",
            "Every table must be loaded again: roll this run back and start a new one.");
        return !status.Lost
            ? status
            : throw new OrchestratorException(
                ErrorKind.Data, "E-SLOT-001", $"The source dropped the log that slot {ObjectName} needs: changes{place} can no longer be followed.",
                "Every table must be loaded again: roll this run back, raise max_slot_wal_keep_size and start a new one.");
    }

    /// <summary>A walsender session; the caller disposes it.</summary>
    internal async Task<LogicalReplicationConnection> OpenReplicationAsync(CancellationToken ct)
    {
        var connection = new LogicalReplicationConnection(session.ConnectionString)
        {
            WalReceiverStatusInterval = StatusInterval,
            WalReceiverTimeout = TimeSpan.FromSeconds(60),
        };
        try
        {
            await connection.Open(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Ends the session that holds our slot if nothing was heard from it for three intervals: the one of a process that is paused or
    /// cut off would hold it for as long as <c>wal_sender_timeout</c> allows, longer than a cutover waits (CASES X14). The times are
    /// those of the reader's clock; if the clocks differ, a living session is ended at most while another wants its slot.
    /// https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW
    /// </summary>
    internal async Task EndSilentReaderAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await connection.RunAsync(
            """
            SELECT pg_terminate_backend(r.pid) FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid
            WHERE s.slot_name = $1 AND pg_has_role(r.usesysid, 'MEMBER')
              AND coalesce(r.reply_time, r.backend_start) < clock_timestamp() - make_interval(secs => $2)
            """,
            ct, ObjectName, 3 * StatusInterval.TotalSeconds);
    }

    private static async Task<SourcePosition> CurrentAsync(NpgsqlConnection connection, CancellationToken ct) =>
        new LsnPosition(Lsn.Parse((await connection.ScalarAsync<string>("SELECT pg_current_wal_flush_lsn()::text", ct))!));

    private async Task<ISnapshot> CreateSlotAsync(string name, bool temporary, CancellationToken ct)
    {
        await using var walsender = await OpenReplicationAsync(ct);
        var slot = await walsender.CreatePgOutputReplicationSlot(
            name, temporary, LogicalSlotSnapshotInitMode.Export, twoPhase: false, ct);
        var position = new LsnPosition(new Lsn((ulong)slot.ConsistentPoint));
        return await PgSnapshot.AdoptAsync(session, slot.SnapshotName!, position, ct);
    }

    private async Task DropSlotAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await connection.RunAsync(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", ct, ObjectName);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && attempt < 50)
            {
                // The server notices the end of our own reader with a delay; a stranger's reader is named below.
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                throw new OrchestratorException(
                    ErrorKind.Configuration, "E-SLOT-004", $"Replication slot {ObjectName} is in use: {e.MessageText}.",
                    "End the session named, then try again.", e);
            }
        }
    }
}
