using Npgsql;
using Npgsql.Replication;
using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Whether the source's log can be followed.</summary>
internal static class CaptureChecks
{
    private const int SlotsNeeded = 2;

    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-LOG-001", Severity.Blocker, "cdc", "wal_level is logical", """
            SELECT 'source', 'wal_level is ' || current_setting('wal_level') || '; capturing changes needs logical.',
                   'ALTER SYSTEM SET wal_level = logical; -- then restart PostgreSQL (RDS: rds.logical_replication = 1), or use --strategy parallel-batch'
            WHERE current_setting('wal_level') <> 'logical'
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-LOG-002", Severity.Blocker, "cdc", "Two replication slots are free", $"""
            SELECT 'source', format('%s of %s replication slots are in use; {SlotsNeeded} free ones are needed (one for the changes, a temporary one for validation).', used, max),
                   format('ALTER SYSTEM SET max_replication_slots = %s; -- then restart PostgreSQL, or drop slots nobody reads (F-LOG-007)', used + {SlotsNeeded})
            FROM (SELECT count(*) AS used, current_setting('max_replication_slots')::int AS max FROM pg_replication_slots) s
            WHERE max - used < {SlotsNeeded}
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-LOG-003", Severity.Blocker, "cdc", "Two WAL senders are free", $"""
            SELECT 'source', format('%s of %s WAL senders are in use; {SlotsNeeded} free ones are needed.', used, max),
                   format('ALTER SYSTEM SET max_wal_senders = %s; -- then restart PostgreSQL', used + {SlotsNeeded})
            FROM (SELECT count(*) AS used, current_setting('max_wal_senders')::int AS max FROM pg_stat_activity WHERE backend_type = 'walsender') s
            WHERE max - used < {SlotsNeeded}
            """) { OnlyWhenFollowing = true },
        new PgCheck("F-LOG-004", Severity.Blocker, "cdc", "A replication connection to the database opens", ReplicationAsync) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-LOG-005", Severity.Warning, "cdc", "wal_sender_timeout leaves time to breathe", """
            SELECT 'source', 'wal_sender_timeout is ' || current_setting('wal_sender_timeout') || ': a short pause of the network or of us ends the stream, which then starts again.',
                   'ALTER SYSTEM SET wal_sender_timeout = ''60s''; SELECT pg_reload_conf();'
            FROM pg_settings WHERE name = 'wal_sender_timeout' AND setting::bigint BETWEEN 1 AND 14999
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-LOG-006", Severity.Warning, "cdc", "WAL kept for the slot is limited, and the limit is known", """
            SELECT 'source',
                   CASE WHEN setting::bigint < 0 THEN 'max_slot_wal_keep_size is -1: while a run is stopped the source keeps all its WAL until the disk is full.'
                        ELSE 'max_slot_wal_keep_size is ' || current_setting(name) || ': when more WAL than that waits for us (a long load, a stopped run) the slot is lost and every table must be loaded again.' END,
                   CASE WHEN setting::bigint < 0 THEN 'ALTER SYSTEM SET max_slot_wal_keep_size = ''20GB''; SELECT pg_reload_conf(); -- or watch the disk'
                        ELSE 'ALTER SYSTEM SET max_slot_wal_keep_size = ''...''; SELECT pg_reload_conf(); -- if it is less than log per second times the load''s time, both below' END
            FROM pg_settings WHERE name = 'max_slot_wal_keep_size'
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-LOG-007", Severity.Warning, "cdc", "No replication slot lies about unread", """
            SELECT 'slot ' || slot_name,
                   format('nobody reads it (%s) and it keeps %s of WAL.', coalesce(plugin, slot_type),
                          coalesce(pg_size_pretty(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)), 'no bytes')),
                   format('SELECT pg_drop_replication_slot(%L); -- if nobody is meant to read it', slot_name)
            FROM pg_replication_slots WHERE NOT active ORDER BY slot_name
            """),
        new PgQueryCheck("F-LOG-008", Severity.Note, "cdc", "Publications that exist already", """
            SELECT pubname, 'exists already' || CASE WHEN puballtables THEN ' for all tables' ELSE '' END || '; it is left alone, ours has a name of its own', ''
            FROM pg_publication ORDER BY 1
            """) { OnlyWhenFollowing = true, Together = "publications" },
        new PgQueryCheck("F-LOG-009", Severity.Note, "cdc", "Memory for decoding", """
            SELECT 'source', 'logical_decoding_work_mem is ' || current_setting('logical_decoding_work_mem')
                   || ': transactions with more changes than fit are written to the source''s disk while they are decoded.', ''
            FROM pg_settings WHERE name = 'logical_decoding_work_mem' AND setting::bigint < 65536
            """) { OnlyWhenFollowing = true },
    ];

    /// <summary>The attribute, rds_replication and pg_hba.conf cannot be judged from outside: trying tells.</summary>
    private static async Task ReplicationAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        await using var connection = new LogicalReplicationConnection(context.Source.Session.ConnectionString);
        try
        {
            await connection.Open(ct);
            await connection.IdentifySystem(ct);
        }
        catch (PostgresException e)
        {
            var user = PgName.Quote(context.Source.User);
            found.Add("source", $"refused a replication connection to {context.Source.User}: {e.MessageText} ({e.SqlState}).",
                $"ALTER ROLE {user} REPLICATION; -- RDS and Aurora: GRANT rds_replication TO {user}; pg_hba.conf must allow the database as for any session");
        }
    }
}
