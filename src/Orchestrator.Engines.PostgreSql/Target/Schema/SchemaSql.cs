using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>The SQL that surrounds a schema script, so that what it creates is known in the transaction that creates it.</summary>
internal static class SchemaSql
{
    /// <summary>
    /// Every object a user can own by itself, with the transaction that made or last changed it: what a rollback has to drop. Not what belongs
    /// to another one; that the columns of a partition key belong to their table, and the relation of a composite type to its type, is no such thing.
    /// </summary>
    private const string UserObjects = """
        SELECT o.c, o.id, o.maker FROM (
            SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass::oid AS c, n.oid AS id, n.oid AS ns, n.xmin AS maker FROM pg_catalog.pg_namespace n
            UNION ALL SELECT 'pg_catalog.pg_extension'::pg_catalog.regclass, e.oid, 0, e.xmin FROM pg_catalog.pg_extension e
            UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, r.relnamespace, r.xmin FROM pg_catalog.pg_class r WHERE r.relkind IN ('r','p','v','m','S','f','c')
            UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typnamespace, t.xmin FROM pg_catalog.pg_type t WHERE t.typtype IN ('e','d','r') OR (t.typtype = 'b' AND t.typelem = 0)
            UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.pronamespace, p.xmin FROM pg_catalog.pg_proc p
            UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, x.oid, x.oprnamespace, x.xmin FROM pg_catalog.pg_operator x
            UNION ALL SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, f.oid, f.opfnamespace, f.xmin FROM pg_catalog.pg_opfamily f
            UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, l.oid, l.collnamespace, l.xmin FROM pg_catalog.pg_collation l
            UNION ALL SELECT 'pg_catalog.pg_cast'::pg_catalog.regclass, k.oid, 0, k.xmin FROM pg_catalog.pg_cast k
            UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, g.oid, g.cfgnamespace, g.xmin FROM pg_catalog.pg_ts_config g
            UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, d.oid, d.dictnamespace, d.xmin FROM pg_catalog.pg_ts_dict d
        ) o
        WHERE o.id >= 16384
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.c AND d.objid = o.id AND d.objsubid = 0
                            AND (d.deptype = 'e' OR d.deptype = 'i' AND (d.classid, d.refclassid) <> ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)))
          AND o.ns NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'orchestrator' OR nspname ~ '^pg_(temp|toast)')
          AND NOT (o.c = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND o.id IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'orchestrator' OR nspname ~ '^pg_(temp|toast)'))
        """;

    public const string PreDataStep = "pre-data";
    public const string AdoptedStep = "adopted";
    public const string PostDataStep = "post-data";

    public static string BeforePreData => $"CREATE TEMP TABLE orchestrator_before ON COMMIT DROP AS {UserObjects};\n";

    /// <summary>New and made by this very transaction: others may create and commit something while it runs.</summary>
    public static string AfterPreData(string run) => $"""

        RESET ALL;
        INSERT INTO orchestrator.created_object (run, kind, identity)
        SELECT {PgName.Literal(run)}, i.type, i.identity
        FROM ({UserObjects}) n, LATERAL pg_catalog.pg_identify_object(n.c, n.id, 0) i
        WHERE n.maker = pg_catalog.pg_current_xact_id()::pg_catalog.xid
          AND NOT EXISTS (SELECT FROM pg_temp.orchestrator_before b WHERE b.c = n.c AND b.id = n.id)
        ORDER BY n.id;
        {StepDone(run, PreDataStep)}
        """;

    public static string StepDone(string run, string step) =>
        $"INSERT INTO orchestrator.schema_step (run, step) VALUES ({PgName.Literal(run)}, {PgName.Literal(step)}) ON CONFLICT DO NOTHING;\n";

    /// <summary>pg_dump leaves materialized views empty; fills those that had data on the source, in the order they were created.</summary>
    public static string Refresh(IEnumerable<TableRef> views) =>
        string.Concat(views.Select(v => $"REFRESH MATERIALIZED VIEW {PgName.Quote(v)};\n"));

    /// <summary>Triggers marked ENABLE ALWAYS or REPLICA would fire for our own writes: off until the cutover (CASES K4).</summary>
    public static string DisableFiringTriggers(string run, IEnumerable<TableSchema> tables) => $"""

        INSERT INTO orchestrator.disabled_trigger (run, schema_name, table_name, trigger_name, mode)
        SELECT {PgName.Literal(run)}, n.nspname, c.relname, t.tgname, t.tgenabled::text
        FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')
          AND t.tgrelid = ANY (ARRAY[{string.Join(", ", tables.Select(t => PgName.Literal(PgName.Quote(t.Table))))}]::pg_catalog.regclass[])
        ON CONFLICT DO NOTHING;
        DO $orchestrator$
        DECLARE d record;
        BEGIN
            FOR d IN SELECT * FROM orchestrator.disabled_trigger WHERE run = {PgName.Literal(run)} LOOP
                EXECUTE pg_catalog.format('ALTER TABLE %I.%I DISABLE TRIGGER %I', d.schema_name, d.table_name, d.trigger_name);
            END LOOP;
        END $orchestrator$;
        """;
}
