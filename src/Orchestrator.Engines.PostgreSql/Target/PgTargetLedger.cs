using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>The ledger as tables of schema <c>orchestrator</c> on the target.</summary>
/// <param name="session">The target.</param>
/// <param name="run">See <see cref="KeyOf"/>.</param>
public sealed class PgTargetLedger(PgSession session, string run) : ITargetLedger
{
    private const string SchemaSql = """
        CREATE SCHEMA IF NOT EXISTS orchestrator;
        CREATE TABLE IF NOT EXISTS orchestrator.run (
            run text PRIMARY KEY, source_identity text NOT NULL, fence bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS orchestrator.table_load (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, schema_name text NOT NULL, table_name text NOT NULL,
            snapshot_position text NOT NULL, complete boolean NOT NULL, PRIMARY KEY (run, schema_name, table_name));
        CREATE TABLE IF NOT EXISTS orchestrator.done_mark (
            run text NOT NULL, schema_name text NOT NULL, table_name text NOT NULL, chunk int NOT NULL, row_count bigint NOT NULL,
            byte_count bigint NOT NULL, done_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run, schema_name, table_name, chunk),
            FOREIGN KEY (run, schema_name, table_name) REFERENCES orchestrator.table_load ON DELETE CASCADE);
        CREATE TABLE IF NOT EXISTS orchestrator.checkpoint (
            run text PRIMARY KEY REFERENCES orchestrator.run ON DELETE CASCADE, position text NOT NULL, marker text,
            transactions bigint NOT NULL, rows bigint NOT NULL, drift bigint NOT NULL, commit_time timestamptz,
            applied_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS orchestrator.schema_step (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, step text NOT NULL, done_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (run, step));
        CREATE TABLE IF NOT EXISTS orchestrator.created_object (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, ordinal bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL, identity text NOT NULL, PRIMARY KEY (run, ordinal));
        CREATE TABLE IF NOT EXISTS orchestrator.disabled_trigger (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, schema_name text NOT NULL, table_name text NOT NULL,
            trigger_name text NOT NULL, mode text NOT NULL, PRIMARY KEY (run, schema_name, table_name, trigger_name));
        """ + Parts.PartTables.CreateSql + Load.LoadTables.CreateSql;

    /// <summary>The schema stays if anything else lives there: the write fence of a database that was a source must not go with it.</summary>
    private const string DropSql = Parts.PartTables.DropSql + Load.LoadTables.DropSql + """
        DROP TABLE orchestrator.disabled_trigger, orchestrator.created_object, orchestrator.schema_step, orchestrator.checkpoint,
            orchestrator.done_mark, orchestrator.table_load, orchestrator.run;
        DO $ledger$ BEGIN
            DROP SCHEMA orchestrator RESTRICT;
        EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
        END $ledger$;
        """;

    /// <summary>Checks the token inside a transaction and keeps a newer one out until that transaction ends.</summary>
    internal const string FenceSql = "SELECT 1 FROM orchestrator.run WHERE run = $1 AND fence = $2 FOR SHARE";

    /// <summary>A commit that is under way when the run changes hands is let finish.</summary>
    private static readonly TimeSpan OthersMayFinish = TimeSpan.FromSeconds(2);

    private const string CheckpointSql =
        "SELECT c.position, c.marker, c.transactions, c.rows, c.drift, c.commit_time FROM orchestrator.checkpoint c";

    /// <summary>By what a run's rows are known: its name for people, its id because names are only unique in one state directory.</summary>
    internal static string KeyOf(string name, Guid id) => $"{name} {id:N}";

    public async Task OpenAsync(string sourceIdentity, FencingToken fence, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Two processes that start at once must not race through CREATE IF NOT EXISTS.
        await connection.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('orchestrator.ledger', 0))", ct);
        await connection.RunAsync(SchemaSql, ct);
        await connection.RunAsync(
            "INSERT INTO orchestrator.run (run, source_identity, fence) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", ct, run, sourceIdentity, fence.Value);
        var (owner, current) = await LockRunAsync(connection, ct);
        if (owner != sourceIdentity)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-TGT-008", $"The target holds this run '{NameOf(run)}', but of another source database.",
                "Give --source-db the database the run was begun with, or roll it back and start a new one.");
        }

        if (await connection.ScalarAsync<string>("SELECT run FROM orchestrator.run WHERE run <> $1 LIMIT 1", ct, run) is { } other)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-TGT-010", $"The target is being filled by another run, '{NameOf(other)}', which is not finished.",
                "Finish it or roll it back from its own state directory; if that is lost, drop what it created, then schema orchestrator.");
        }

        if (current > fence.Value) throw Fenced(run);
        await connection.RunAsync("UPDATE orchestrator.run SET fence = $2 WHERE run = $1", ct, run, fence.Value);
        await transaction.CommitAsync(ct);
    }

    public async Task<LedgerState?> ReadAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        if (await connection.ScalarAsync<bool>("SELECT to_regclass('orchestrator.run') IS NULL", ct)) return null;
        var runs = await connection.ListAsync(
            "SELECT source_identity, fence FROM orchestrator.run WHERE run = $1", r => (r.GetString(0), r.GetInt64(1)), ct, run);
        if (runs.Count == 0) return null;
        var tables = await connection.ListAsync(
            """
            SELECT t.schema_name, t.table_name, t.snapshot_position, t.complete,
                   ARRAY(SELECT d.chunk FROM orchestrator.done_mark d WHERE (d.run, d.schema_name, d.table_name) = (t.run, t.schema_name, t.table_name)),
                   (SELECT coalesce(sum(d.row_count), 0)::bigint FROM orchestrator.done_mark d WHERE (d.run, d.schema_name, d.table_name) = (t.run, t.schema_name, t.table_name)),
                   (SELECT coalesce(sum(d.byte_count), 0)::bigint FROM orchestrator.done_mark d WHERE (d.run, d.schema_name, d.table_name) = (t.run, t.schema_name, t.table_name))
            FROM orchestrator.table_load t WHERE t.run = $1
            """,
            r => new TableLoadState(
                new TableRef(r.GetString(0), r.GetString(1)), SourcePosition.Parse(r.GetString(2)),
                r.GetFieldValue<int[]>(4).ToHashSet(), r.GetInt64(5), r.GetInt64(6), r.GetBoolean(3)),
            ct, run);
        return new LedgerState(runs[0].Item1, new FencingToken(runs[0].Item2), tables, await CheckpointAsync(connection, ct));
    }

    public async Task BeginTableAsync(TableSchema table, SourcePosition snapshot, FencingToken fence, CancellationToken ct) =>
        await FencedAsync(fence, async connection =>
        {
            var name = PgName.Quote(table.Table);
            // Waits for a killed process's copy that is still committing, so that its rows are seen and removed.
            await connection.RunAsync($"LOCK TABLE ONLY {name} IN SHARE ROW EXCLUSIVE MODE", ct);
            // DELETE where a foreign key of an adopted schema forbids TRUNCATE; a table we created has none yet.
            var referenced = await connection.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = $1::regclass)", ct, name);
            if (await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM ONLY {name})", ct))
                await connection.RunAsync(referenced ? $"DELETE FROM ONLY {name}" : $"TRUNCATE ONLY {name}", ct);
            // The marks by name: in the role of a replica no foreign key cascades, and a mark that stays would pass for rows that were just removed.
            foreach (var ledger in (string[])["done_mark", "table_load"])
            {
                await connection.RunAsync(
                    $"DELETE FROM orchestrator.{ledger} WHERE run = $1 AND schema_name = $2 AND table_name = $3", ct, run, table.Table.Schema, table.Table.Name);
            }

            await connection.RunAsync(
                "INSERT INTO orchestrator.table_load VALUES ($1, $2, $3, $4, false)", ct, run, table.Table.Schema, table.Table.Name, snapshot.ToString());
        }, ct);

    public async Task AdoptTablesAsync(IReadOnlyList<TableSchema> tables, SourcePosition position, FencingToken fence, CancellationToken ct) =>
        await FencedAsync(fence, connection => connection.RunAsync(
            "INSERT INTO orchestrator.table_load SELECT $1, s, t, $4, true FROM unnest($2, $3) u(s, t) ON CONFLICT DO NOTHING",
            ct, run, tables.Select(t => t.Table.Schema).ToArray(), tables.Select(t => t.Table.Name).ToArray(), position.ToString()), ct);

    public async Task CompleteTableAsync(TableRef table, FencingToken fence, CancellationToken ct) =>
        await FencedAsync(fence, connection => connection.RunAsync(
            "UPDATE orchestrator.table_load SET complete = true WHERE run = $1 AND schema_name = $2 AND table_name = $3", ct, run, table.Schema, table.Name), ct);

    public async Task StartChangesAsync(SourcePosition position, FencingToken fence, CancellationToken ct) =>
        await FencedAsync(fence, connection => connection.RunAsync(
            "INSERT INTO orchestrator.checkpoint (run, position, transactions, rows, drift) VALUES ($1, $2, 0, 0, 0) ON CONFLICT DO NOTHING",
            ct, run, position.ToString()), ct);

    public async Task DropAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        if (await connection.ScalarAsync<bool>("SELECT to_regclass('orchestrator.run') IS NULL", ct)) return;
        await connection.RunAsync("DELETE FROM orchestrator.run WHERE run = $1", ct, run);
        if (!await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM orchestrator.run)", ct)) await connection.RunAsync(DropSql, ct);
    }

    /// <summary>
    /// Waits for the run's row, and ends what keeps it: whoever opens the ledger has the lease, so a transaction that is still
    /// open is one of a process that is gone or paused, and a paused one would keep its locks for as long as it sleeps (CASES X14).
    /// </summary>
    private async Task<(string Owner, long Fence)> LockRunAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var locking = connection.ListAsync(
            "SELECT source_identity, fence FROM orchestrator.run WHERE run = $1 FOR UPDATE", r => (r.GetString(0), r.GetInt64(1)), ct, run);
        while (await Task.WhenAny(locking, Task.Delay(OthersMayFinish, TimeProvider.System, ct)) != locking)
        {
            await using var other = await session.BorrowAsync(ct);
            await other.RunAsync(
                """
                SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
                WHERE a.pid = ANY (pg_blocking_pids($1)) AND a.application_name LIKE 'orchestrator%' AND pg_has_role(a.usesysid, 'MEMBER')
                """,
                ct, connection.ProcessID);
        }

        return (await locking)[0];
    }

    internal static OrchestratorException Fenced(string run) => new(
        ErrorKind.Fenced, "E-LEASE-002", $"Another process took over run '{NameOf(run)}'; this one stops and writes nothing more.",
        "Use the process that drives the run now.");

    private static string NameOf(string key) => key.Split(' ')[0];

    /// <summary>The checkpoint, locked until the transaction ends together with the token; null if a newer token holds the run.</summary>
    internal static async Task<Checkpoint?> LockCheckpointAsync(NpgsqlConnection connection, string run, FencingToken fence, CancellationToken ct)
    {
        var rows = await connection.ListAsync(
            $"{CheckpointSql} JOIN orchestrator.run r USING (run) WHERE c.run = $1 AND r.fence = $2 FOR UPDATE OF c FOR SHARE OF r",
            ReadCheckpoint, ct, run, fence.Value);
        return rows.Count == 0 ? null : rows[0];
    }

    private async Task<Checkpoint?> CheckpointAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = await connection.ListAsync($"{CheckpointSql} WHERE c.run = $1", ReadCheckpoint, ct, run);
        return rows.Count == 0 ? null : rows[0];
    }

    private static Checkpoint ReadCheckpoint(NpgsqlDataReader r) => new(
        SourcePosition.Parse(r.GetString(0)), r.IsDBNull(1) ? null : r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4),
        r.IsDBNull(5) ? null : r.GetFieldValue<DateTimeOffset>(5));

    /// <summary>Does something in a transaction that no other process can take the run over in.</summary>
    internal async Task FencedAsync(FencingToken fence, Func<NpgsqlConnection, Task> work, CancellationToken ct)
    {
        await using var connection = await session.BorrowReplicaRoleAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ScalarAsync<int>(FenceSql, ct, run, fence.Value) != 1) throw Fenced(run);
        await work(connection);
        await transaction.CommitAsync(ct);
    }
}
