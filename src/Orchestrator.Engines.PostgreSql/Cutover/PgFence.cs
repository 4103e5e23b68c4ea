using Npgsql;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>What both fences share: closing under short lock waits, reading the state, opening, removing.</summary>
internal sealed class PgFence(PgSession session, FenceText text, TimeProvider time)
{
    /// <summary>While we wait for a lock, writers queue behind us: this long at most, then they go first and we try again.</summary>
    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(300);

    /// <summary>The server cancels a vacuum that is in the way after deadlock_timeout (1 s unless changed): long enough for it.</summary>
    private static readonly TimeSpan VacuumWait = TimeSpan.FromMilliseconds(1300);

    private static readonly TimeSpan RemoveWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a statement made for a lock time-out until it gets its locks; null, or those in the way once the wait is used up.</summary>
    public async Task<IReadOnlyList<OpenTransaction>?> TryLockedAsync(
        NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, Func<TimeSpan, string> sql, TimeSpan wait, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var lockWait = LockWait;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await connection.RunAsync(sql(lockWait), ct);
                return null;
            }
            catch (PostgresException e) when (IsConcurrentReplace(e) && time.GetElapsedTime(started) < wait)
            {
                // The other session is done in a moment.
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                var blockers = await PgBlockers.ReadAsync(connection, tables, TimeSpan.Zero, ct);
                if (time.GetElapsedTime(started) >= wait) return blockers;
                lockWait = blockers.Any(b => b.IsMaintenance) ? VacuumWait : LockWait;
            }

            var pause = Math.Min(1000, 100 << Math.Min(attempt, 4)) * (0.5 + Random.Shared.NextDouble() / 2);
            var left = wait - time.GetElapsedTime(started);
            if (left > TimeSpan.Zero) await Task.Delay(Min(TimeSpan.FromMilliseconds(pause), left), time, ct);
        }
    }

    public async Task<FenceHeader?> HeaderAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var body = await connection.ScalarAsync<string>(
            "SELECT prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 AND p.proname = $2",
            ct, FenceText.Schema, text.Function);
        return body is null ? null : FenceHeader.Parse(body);
    }

    public async Task<FenceState> StateAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var header = await HeaderAsync(connection, ct);
        if (header is null || header.Word == "open") return FenceState.Open;
        if (header.Word == "closed") return FenceState.Closed;
        var now = await connection.ScalarAsync<decimal>("SELECT date_part('epoch', clock_timestamp())::numeric", ct);
        return now < header.Deadline ? FenceState.Leased : FenceState.Open;
    }

    /// <summary>Lets writes pass on every table with one atomic statement; no effect if there is no fence.</summary>
    public async Task OpenAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        for (var attempt = 0; await HeaderAsync(connection, ct) is { Word: not "open" }; attempt++)
        {
            try
            {
                await connection.RunAsync(text.Open(), ct);
                return;
            }
            catch (PostgresException e) when (IsConcurrentReplace(e) && attempt < 20)
            {
                // Somebody replaces it at this moment; theirs commits first, ours last.
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, ct);
            }
        }
    }

    /// <summary>Removes triggers and function of an open fence.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-FENCE-005</c>: readers or writers kept some tables locked; what is left lets everything pass.</exception>
    public async Task RemoveAsync(NpgsqlConnection connection, TimeSpan wait, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            await connection.RunAsync(FenceSql.DropTriggers(text, RemoveWait), ct);
            var left = await connection.ScalarAsync<string>(
                "SELECT string_agg(tgrelid::regclass::text, ', ') FROM pg_trigger WHERE tgname = $1", ct, text.Trigger);
            if (left is null) break;
            if (time.GetElapsedTime(started) >= wait)
            {
                throw new OrchestratorException(
                    ErrorKind.Transient, "E-FENCE-005",
                    $"The fence is open, but its triggers could not be removed from {left}: the tables are in use.",
                    "The triggers let everything pass. They are removed at the next try.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time, ct);
        }

        await connection.RunAsync(FenceSql.DropFunction(text), ct);
    }

    /// <summary>XX000 "tuple concurrently updated": two sessions replaced one function at once; 42710/23505: both created it.</summary>
    private static bool IsConcurrentReplace(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.InternalError or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.DuplicateSchema;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
