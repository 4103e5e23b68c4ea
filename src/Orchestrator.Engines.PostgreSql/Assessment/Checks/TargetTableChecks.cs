using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Tables that are on the target already: adopted if empty and compatible, refused otherwise (CASES K7).</summary>
internal static class TargetTableChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-TGT-007", Severity.Blocker, "schema", "No table on the target has rows", EmptyAsync) { NeedsSource = false },
        new PgCheck("F-TGT-008", Severity.Blocker, "schema", "Tables on the target have the source's columns", (c, f, _) =>
        {
            foreach (var (source, target) in Pairs(c))
                if (TableDifference.Of(source, target) is { } difference)
                    f.Add(source.Table.ToString(), $"exists on the target with other columns: {difference}.", $"DROP TABLE {PgName.Quote(source.Table)}; -- on the target: it is then created as on the source; or give it the source's columns in the source's order");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        new PgCheck("F-TGT-009", Severity.Blocker, "schema", "No name is taken by something else on the target", NamesAsync) { NeedsSource = false },
        new PgCheck("F-TGT-010", Severity.Note, "schema", "Tables that are adopted on the target", AdoptedAsync) { NeedsSource = false },
        new PgCheck("F-TGT-011", Severity.Blocker, "cdc", "Tables are there if the target is said to hold the rows", (c, f, _) =>
        {
            if (!c.Request.TargetHoldsRows) return Task.CompletedTask;
            var there = c.TargetInventory.Tables.Select(t => t.Table).ToHashSet();
            foreach (var table in c.Inventory.Tables.Where(t => !there.Contains(t.Table)))
                f.Add(table.Table.ToString(), "is missing on the target, which is said to hold the rows already (cdc-only).", "Use --strategy full-load-cdc, or leave it out with --exclude");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        new PgCheck("F-TGT-012", Severity.Blocker, "schema", "Either all selected tables are on the target or none", (c, f, _) =>
        {
            var there = Pairs(c).Select(p => p.Source.Table).ToHashSet();
            if (c.Request.TargetHoldsRows || there.Count == 0 || there.Count == c.Inventory.Tables.Count) return Task.CompletedTask;
            var missing = c.Inventory.Tables.Select(t => t.Table).Where(t => !there.Contains(t)).Select(t => t.ToString()).Order(StringComparer.Ordinal).ToList();
            f.Add($"{there.Count} of {c.Inventory.Tables.Count} tables", $"are on the target, and the rest is not ({PgFindings.NameList(missing)}): a target is created as a whole or used as it is.",
                $"DROP TABLE {string.Join(", ", there.OrderBy(t => t.ToString(), StringComparer.Ordinal).Select(PgName.Quote))}; -- on the target, or create the others there too");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        new PgCheck("F-TGT-013", Severity.Blocker, "schema", "No other object of the source exists on a target that is to be created", ObjectsAsync),
        new PgCheck("F-TGT-014", Severity.Blocker, "schema", "No other run fills the target and no write fence stands on it", OtherRunsAsync) { NeedsSource = false },
    ];

    private static async Task OtherRunsAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        if (await context.Target.RowsAsync("SELECT WHERE to_regclass('orchestrator.run') IS NOT NULL", ct) is { Count: > 0 })
        {
            foreach (var run in await context.Target.RowsAsync("SELECT split_part(run, ' ', 1), created_at::text FROM orchestrator.run", ct))
                found.Add($"run {run[0]}", $"began to fill the target at {run[1]} and is not finished.", $"Finish it, or: orchestrator rollback --run {run[0]} --state ITS_DIRECTORY; if that is lost, drop what it created on the target, then schema orchestrator.");
        }

        foreach (var fenced in await context.Target.RowsAsync(@"SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '!orchestrator\_fence\_%' ORDER BY 1", ct))
            found.Add(fenced[0], "has the write fence of another run on the target: applications could not write there after the switch.", "DROP SCHEMA orchestrator CASCADE; -- on the target, if that run is over: it takes the fence away");
    }

    /// <summary>Views, sequences, types and functions, by kind and full name; those of extensions come with their extension.</summary>
    private const string ObjectsSql = """
        SELECT kind || ' ' || o.nspname || '.' || o.name
        FROM (SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'sequence' END AS kind, n.nspname, c.relname AS name, 'pg_class'::regclass AS class, c.oid
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm', 'S') AND c.relpersistence <> 't'
              UNION ALL
              SELECT 'type', n.nspname, t.typname, 'pg_type'::regclass, t.oid
              FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
              WHERE t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
              UNION ALL
              SELECT 'function', n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', 'pg_proc'::regclass, p.oid
              FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace) o
        WHERE o.nspname NOT IN ('pg_catalog', 'information_schema', 'orchestrator') AND o.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
        ORDER BY 1
        """;

    private static async Task ObjectsAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        if (context.Request.TargetHoldsRows || Pairs(context).Any()) return;
        var there = (await context.Target.RowsAsync(ObjectsSql, ct)).Select(r => r[0]).ToHashSet();
        if (there.Count == 0) return;
        foreach (var row in (await context.Source.RowsAsync(ObjectsSql, ct)).Where(r => there.Contains(r[0])))
            found.Add(row[0], "exists on the target already: the schema step would fail on it.", $"Drop the {row[0]} on the target; it is created as on the source.");
    }

    private static IEnumerable<(TableSchema Source, TableSchema Target)> Pairs(PgCheckContext context)
    {
        var there = context.TargetInventory.Tables.ToDictionary(t => t.Table);
        return context.Inventory.Tables.OrderBy(t => t.Table.ToString(), StringComparer.Ordinal)
            .Where(t => there.ContainsKey(t.Table)).Select(t => (t, there[t.Table]));
    }

    private static async Task EmptyAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        if (context.Request.TargetHoldsRows) return;
        foreach (var (_, table) in Pairs(context))
        {
            if (await HasRowsAsync(context, table, ct))
                found.Add(table.Table.ToString(), $"Target table {table.Table} already has rows. Nothing was written.", $"TRUNCATE {PgName.Quote(table.Table)}; -- on the target, if its rows may go; or leave it out with --exclude");
        }
    }

    private static async Task AdoptedAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var adopted = new List<string>();
        foreach (var (_, target) in Pairs(context).Where(p => TableDifference.Of(p.Source, p.Target) is null))
            if (context.Request.TargetHoldsRows || !await HasRowsAsync(context, target, ct)) adopted.Add(target.Table.ToString());
        found.AddTogether("tables", adopted, "on the target with the same columns: used as it is, with its indexes and constraints", "");
    }

    private static async Task<bool> HasRowsAsync(PgCheckContext context, TableSchema table, CancellationToken ct) =>
        (await context.Target.RowAsync($"SELECT EXISTS (SELECT FROM ONLY {PgName.Quote(table.Table)})", ct)).True(0);

    private static async Task NamesAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var rows = await context.Target.RowsAsync(
            """
            SELECT n.nspname, c.relname, c.relkind::text, format('%I.%I', n.nspname, c.relname)
            FROM unnest($1::text[], $2::text[]) s(nsp, name) JOIN pg_namespace n ON n.nspname = s.nsp JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.name
            """,
            ct, context.Relations.Select(r => r.Name.Schema).ToArray(), context.Relations.Select(r => r.Name.Name).ToArray());
        var kinds = context.Relations.ToDictionary(r => r.Name, r => r.Kind);
        foreach (var row in rows)
        {
            var name = new TableRef(row[0], row[1]);
            if (kinds[name] != row[2][0])
                found.Add(name.ToString(), $"is a {Word(kinds[name])} on the source and a {Word(row[2][0])} on the target.", $"Drop or rename {row[3]} on the target.");
        }
    }

    private static string Word(char kind) => kind switch
    {
        'r' => "table",
        'p' => "partitioned table",
        'f' => "foreign table",
        'm' => "materialized view",
        'v' => "view",
        'S' => "sequence",
        'i' or 'I' => "index",
        _ => "composite type",
    };
}
