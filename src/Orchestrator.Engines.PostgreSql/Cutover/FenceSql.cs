using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>The statements a fence consists of; each is one <c>DO</c> block, so one round trip and one transaction.</summary>
internal static class FenceSql
{
    /// <summary>The tables and everything above them (partitioned tables, inheritance parents): a statement may name either.</summary>
    public static string WithParents(IEnumerable<TableSchema> tables) => $"""
        ARRAY(WITH RECURSIVE {Up(tables)} SELECT rel FROM up ORDER BY rel)
        """;

    /// <summary>The same as a part of a recursive <c>WITH</c>: <c>up(rel)</c>.</summary>
    public static string Up(IEnumerable<TableSchema> tables) => $"""
        up(rel) AS (
                SELECT pg_catalog.unnest({Names(tables)})::oid
                UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON i.inhrelid = up.rel)
        """;

    /// <summary>The tables as an array of regclass; fails with 42P01 if one is not there.</summary>
    public static string Names(IEnumerable<TableSchema> tables) =>
        $"ARRAY[{string.Join(',', tables.Select(t => PgName.Literal(PgName.Quote(t.Table))))}]::regclass[]";

    /// <summary>
    /// Waits for every transaction that wrote one of the tables (their locks conflict with ours), then puts function
    /// and triggers in place. A statement that queued behind our locks meets the triggers when it goes on.
    /// </summary>
    public static string Close(IEnumerable<TableSchema> tables, FenceText text, string function, bool always, TimeSpan lockTimeout) => $$"""
        DO $fence$
        DECLARE
          rels oid[];
          r oid;
        BEGIN
          {{Timeouts(lockTimeout)}}
          {{Serialize(text)}}
          IF {{(always ? HeaderOf(text) + "[3] = 'closed'" : "false")}} THEN
            RAISE EXCEPTION USING ERRCODE = 'ORF06', MESSAGE = 'the fence is permanent already';
          END IF;
          rels := {{WithParents(tables)}};
          {{LockAll}}
          {{CreateSchema}}
          {{function}}
          FOR r IN SELECT o FROM pg_catalog.unnest(rels) o WHERE NOT EXISTS (
              SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = o AND t.tgname = {{PgName.Literal(text.Trigger)}}) LOOP
            EXECUTE pg_catalog.format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
              {{PgName.Literal(text.Trigger)}}, r::regclass, {{PgName.Literal(text.QualifiedFunction)}});
          END LOOP;
          FOR r IN SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgrelid = ANY (rels)
              AND t.tgname = {{PgName.Literal(text.Trigger)}} AND t.tgenabled <> '{{(always ? 'A' : 'O')}}' LOOP
            EXECUTE pg_catalog.format('ALTER TABLE ONLY %s ENABLE {{(always ? "ALWAYS " : "")}}TRIGGER %I', r::regclass, {{PgName.Literal(text.Trigger)}});
          END LOOP;
        END $fence$
        """;

    /// <summary>
    /// Replaces a leased function by a permanent one while all tables are locked against writers. The lease is looked
    /// at after the last lock is granted: from then until the commit nobody can write, so a commit proves that no write
    /// slipped in, whatever happens to us in between.
    /// </summary>
    public static string MakePermanent(IEnumerable<TableSchema> tables, FenceText text, string owner, TimeSpan lockTimeout) => $$"""
        DO $fence$
        DECLARE
          rels oid[];
          header text[];
          missing text;
        BEGIN
          {{Timeouts(lockTimeout)}}
          {{Serialize(text)}}
          rels := {{WithParents(tables)}};
          {{LockAll}}
          header := {{HeaderOf(text)}};
          IF header[5] IS DISTINCT FROM {{PgName.Literal(owner)}} OR header[3] IS DISTINCT FROM 'leased' THEN
            RAISE EXCEPTION USING ERRCODE = 'ORF03', MESSAGE = 'the fence is not the one this process closed';
          END IF;
          IF pg_catalog.clock_timestamp() >= pg_catalog.to_timestamp(header[4]::float8) THEN
            RAISE EXCEPTION USING ERRCODE = 'ORF03', MESSAGE = 'the lease has run out';
          END IF;
          SELECT pg_catalog.string_agg(o::regclass::text, ', ') INTO missing FROM pg_catalog.unnest(rels) o
          WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
            WHERE t.tgrelid = o AND t.tgname = {{PgName.Literal(text.Trigger)}} AND t.tgenabled = 'A');
          IF missing IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'ORF02', MESSAGE = missing;
          END IF;
          EXECUTE {{PgName.Literal(text.ClosedForGood(owner))}};
        END $fence$
        """;

    /// <summary>Opens the fence unless it is permanent and another close call's.</summary>
    public static string Release(FenceText text, string owner) => $$"""
        DO $fence$
        DECLARE
          header text[];
        BEGIN
          {{Serialize(text)}}
          header := {{HeaderOf(text)}};
          IF header[3] = 'closed' AND header[5] <> {{PgName.Literal(owner)}} THEN
            RAISE EXCEPTION USING ERRCODE = 'ORF06', MESSAGE = 'the fence is permanent and not ours';
          END IF;
          IF header IS NOT NULL THEN
            EXECUTE {{PgName.Literal(text.Open())}};
          END IF;
        END $fence$
        """;

    /// <summary>Drops the triggers table by table, each in its own short transaction, as far as locks can be had.</summary>
    public static string DropTriggers(FenceText text, TimeSpan lockTimeout) => $$"""
        DO $fence$
        DECLARE
          r oid;
        BEGIN
          FOR r IN SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgname = {{PgName.Literal(text.Trigger)}} ORDER BY t.tgrelid LOOP
            PERFORM pg_catalog.set_config('lock_timeout', '{{Milliseconds(lockTimeout)}}', true);
            BEGIN
              EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', {{PgName.Literal(text.Trigger)}}, r::regclass);
            EXCEPTION WHEN lock_not_available OR deadlock_detected OR undefined_table THEN
              NULL; -- counted by the caller, who tries again
            END;
            COMMIT;
          END LOOP;
        END $fence$
        """;

    /// <summary>Removes the function, and the schema if a fence made it and nothing else is in it.</summary>
    public static string DropFunction(FenceText text) => $$"""
        DO $fence$
        BEGIN
          DROP FUNCTION IF EXISTS {{text.QualifiedFunction}}();
          IF pg_catalog.obj_description(pg_catalog.to_regnamespace('{{FenceText.Schema}}'), 'pg_namespace') = {{PgName.Literal(FenceText.SchemaComment)}} THEN
            BEGIN
              DROP SCHEMA {{FenceText.Schema}} RESTRICT;
            EXCEPTION WHEN dependent_objects_still_exist THEN
              NULL; -- something else lives there
            END;
          END IF;
        END $fence$
        """;

    private const string LockAll =
        "EXECUTE (SELECT 'LOCK TABLE ' || pg_catalog.string_agg('ONLY ' || o::regclass, ', ' ORDER BY o) "
        + "|| ' IN SHARE ROW EXCLUSIVE MODE' FROM pg_catalog.unnest(rels) o);";

    /// <summary>One at a time closes, releases or makes permanent: each of them looks at the function before it replaces it.</summary>
    private static string Serialize(FenceText text) =>
        $"PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended({PgName.Literal(text.Function)}, 0));";

    /// <summary>The words of the function's first line, null without a function; see <see cref="FenceHeader"/>.</summary>
    private static string HeaderOf(FenceText text) => $"""
        (SELECT pg_catalog.string_to_array(pg_catalog.split_part(p.prosrc, E'\n', 1), ' ')
           FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = '{FenceText.Schema}' AND p.proname = {PgName.Literal(text.Function)})
        """;

    private const string CreateSchema = $$"""
        IF pg_catalog.to_regnamespace('{{FenceText.Schema}}') IS NULL THEN
            CREATE SCHEMA {{FenceText.Schema}};
            COMMENT ON SCHEMA {{FenceText.Schema}} IS '{{FenceText.SchemaComment}}';
          END IF;
        """;

    /// <summary>
    /// If we may, deadlocks are looked for early: we are then the one that gives way, and a vacuum in our way is
    /// cancelled by the server at once instead of after a second.
    /// </summary>
    private static string Timeouts(TimeSpan lockTimeout) => $$"""
        PERFORM pg_catalog.set_config('lock_timeout', '{{Milliseconds(lockTimeout)}}', true);
          IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
            PERFORM pg_catalog.set_config('deadlock_timeout', '50', true);
          END IF;
        """;

    private static string Milliseconds(TimeSpan time) =>
        Math.Max(1, (long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
