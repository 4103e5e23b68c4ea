using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>
/// By what the log tells which row changed. PostgreSQL refuses the application's own UPDATE of a published table
/// without replica identity, so such a table is never published
/// (https://www.postgresql.org/docs/15/logical-replication-publication.html).
/// </summary>
internal static class KeyChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-KEY-001", Severity.Warning, "cdc", "No table is followed by its whole rows", """
            SELECT n.nspname || '.' || c.relname, 'has no primary key and REPLICA IDENTITY FULL: every update and delete compares whole rows, which is slow on a large table.',
                   format('ALTER TABLE %I.%I ADD PRIMARY KEY (...);', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND c.relreplident = 'f'
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
            """) { OnlyWhenFollowing = true },
        new PgCheck("F-KEY-002", Severity.Blocker, "cdc", "Every table has a key its changes can be followed by", IdentityAsync) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-KEY-003", Severity.Note, "cdc", "Tables that log whole rows although they have a key", """
            SELECT n.nspname || '.' || c.relname, 'REPLICA IDENTITY FULL although there is a primary key: every update and delete logs the whole old row', ''
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND c.relreplident = 'f'
              AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
            """) { OnlyWhenFollowing = true, Together = "tables" },

        // From 18 on the publication itself would make the server refuse the application's own writes.
        new PgQueryCheck("F-KEY-004", Severity.Blocker, "cdc", "No generated column is part of what tells rows apart in the log", """
            SELECT n.nspname || '.' || c.relname, 'has generated columns in its replica identity: while its changes are followed, this server would refuse every update and delete of it.',
                   format('ALTER TABLE %I.%I REPLICA IDENTITY DEFAULT; -- if it has a primary key of ordinary columns; else leave it out with --exclude', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND current_setting('server_version_num')::int >= 180000
              AND EXISTS (SELECT FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped
                            AND (c.relreplident = 'f' OR EXISTS (SELECT FROM pg_index i
                                                                 WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
                                                                   AND (c.relreplident = 'i' AND i.indisreplident OR c.relreplident = 'd' AND i.indisprimary)))) ORDER BY 1
            """) { OnlyWhenFollowing = true },
    ];

    private const string ReasonSql = """
        SELECT c.oid, c.relreplident::text,
               EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS has_key,
               EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND NOT i.indimmediate) AS deferrable,
               (SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                  AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                                  WHERE k.o <= i.indnkeyatts AND (NOT a.attnotnull OR a.attgenerated <> ''))
                ORDER BY i.indisprimary DESC, ic.relname LIMIT 1) AS candidate
        FROM pg_class c WHERE c.oid = ANY($1)
        """;

    private static async Task IdentityAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var keyless = context.Inventory.Tables.Where(t => t.Key.Kind == RowKeyKind.None).OrderBy(t => t.Table.ToString(), StringComparer.Ordinal).ToList();
        if (keyless.Count == 0) return;
        var rows = await context.Source.RowsAsync(ReasonSql, ct, keyless.Select(t => t.SourceId).ToArray());
        var reasons = rows.ToDictionary(r => (uint)r.Long(0));
        foreach (var table in keyless)
        {
            if (!reasons.TryGetValue(table.SourceId, out var reason)) continue;
            found.Add(
                table.Table.ToString(),
                $"{Reason(reason)}: its updates and deletes cannot be followed, and PostgreSQL would make the application's own UPDATE fail if it were published.",
                Fix(PgName.Quote(table.Table), reason));
        }
    }

    private static string Reason(PgRow row) => (row[1], HasKey: row.True(2), Deferrable: row.True(3)) switch
    {
        ("n", _, _) => "has REPLICA IDENTITY NOTHING",
        ("i", _, _) => "has REPLICA IDENTITY USING INDEX, but that index is gone or not valid",
        (_, true, true) => "has a deferrable primary key, which cannot be a replica identity",
        (_, true, _) => "has a primary key over a generated column, which the log does not carry",
        _ => "has no primary key and no replica identity",
    };

    private static string Fix(string table, PgRow row)
    {
        var exclude = " -- or leave it out with --exclude";
        if (row.True(2) && !row.True(3) && row[1] != "d" && !row.IsNull(4)) return $"ALTER TABLE {table} REPLICA IDENTITY DEFAULT;{exclude}";
        return row.IsNull(4)
            ? $"ALTER TABLE {table} REPLICA IDENTITY FULL; -- slow on a large table, then better: ADD PRIMARY KEY (...); or leave it out with --exclude"
            : $"ALTER TABLE {table} REPLICA IDENTITY USING INDEX {PgName.Quote(row[4])};{exclude}";
    }
}
