using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.BadInput;

/// <summary>Everything in a database that a run could leave behind, as text: objects, settings, slots and rows.</summary>
internal static class Catalogs
{
    private const string Sql = """
        SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
        UNION ALL SELECT format('relation %s %s %s %s', oid::regclass, relkind, relreplident, relpersistence) FROM pg_class
                  WHERE oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
        UNION ALL SELECT 'column ' || attrelid::regclass || ' ' || attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT format('trigger %s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE oid >= 16384
        UNION ALL SELECT 'publication ' || pubname FROM pg_publication
        UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
        UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
        UNION ALL SELECT 'setting ' || s.setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
        UNION ALL SELECT 'rows ' || c.oid::regclass || ' ' || md5(query_to_xml('SELECT * FROM ' || c.oid::regclass || ' ORDER BY 1', true, true, '')::text)
                  FROM pg_class c WHERE c.oid >= 16384 AND c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
        ORDER BY 1
        """;

    public static async Task<IReadOnlyList<string>> OfAsync(PgDatabase database) =>
        [.. (await database.QueryRowsAsync(Sql)).Select(r => r[0]!)];
}
