using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>What goes on in the source now that the run would have to wait for.</summary>
internal static class ActivityChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-ACT-001", Severity.Warning, "full-load", "No transaction is open for more than a minute", LongTransactionsAsync),
        new PgQueryCheck("F-ACT-002", Severity.Warning, "cutover", "No prepared transaction is pending", """
            SELECT 'prepared transaction ' || gid,
                   format('of %s in database %s has been pending for %s: the slot''s creation waits for it, and no cutover is possible until it has ended.',
                          owner, database, date_trunc('second', clock_timestamp() - prepared)),
                   format('COMMIT PREPARED %L; -- or ROLLBACK PREPARED %L, in database %s', gid, gid, database)
            FROM pg_prepared_xacts ORDER BY prepared
            """),
        new PgQueryCheck("F-ACT-003", Severity.Note, "full-load", "Sessions of others can be seen", """
            SELECT 'source', 'sessions of other roles are hidden from ' || current_user || ': long transactions of theirs cannot be named.',
                   format('GRANT pg_read_all_stats TO %I;', current_user)
            WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            """),
        new PgQueryCheck("F-ACT-004", Severity.Warning, "full-load", "No emergency vacuum is near", """
            SELECT 'source', format('the oldest row of this database is %s transactions old (autovacuum_freeze_max_age %s): the load''s snapshot and a freezing vacuum will be in each other''s way.',
                                    age(datfrozenxid), current_setting('autovacuum_freeze_max_age')), 'VACUUM (FREEZE);'
            FROM pg_database WHERE datname = current_database() AND age(datfrozenxid) > current_setting('autovacuum_freeze_max_age')::bigint * 2
            """),
        new PgQueryCheck("F-ACT-005", Severity.Note, "full-load", "Temporary tables", """
            SELECT n || CASE n WHEN 1 THEN ' temporary table' ELSE ' temporary tables' END, 'of open sessions: not moved.', ''
            FROM (SELECT count(*) AS n FROM pg_class WHERE relpersistence = 't' AND relkind = 'r') t WHERE n > 0
            """),
    ];

    private const string LongSql = """
        SELECT pid, coalesce(usename, ''), coalesce(application_name, ''), date_trunc('second', clock_timestamp() - xact_start), state, coalesce(datname, '')
        FROM pg_stat_activity
        WHERE xact_start < clock_timestamp() - $1 * interval '1 second' AND pid <> pg_backend_pid()
          AND backend_type = 'client backend' AND application_name NOT LIKE 'orchestrator%'
          AND (datname = current_database() OR backend_xid IS NOT NULL)
        ORDER BY xact_start
        """;

    private static async Task LongTransactionsAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        foreach (var row in await context.Source.RowsAsync(LongSql, ct, context.LongTransaction.TotalSeconds))
        {
            found.Add(
                $"session {row[0]}", $"of {row[1]} ({row[2]}) in database {row[5]} has had a transaction open for {row[3]} ({row[4]}): the slot's creation waits for it if it has written, and so does the cutover.",
                $"SELECT pg_terminate_backend({row[0]}); -- or let it end");
        }
    }
}
