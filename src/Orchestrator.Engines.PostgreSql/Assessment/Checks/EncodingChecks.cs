using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Encoding, collation and locale of the two databases (CASES PP14).</summary>
internal static class EncodingChecks
{
    private const string DatabaseSql = """
        SELECT pg_encoding_to_char(encoding), datcollate, datctype, coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
               coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale', '')
        FROM pg_database d WHERE datname = current_database()
        """;

    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-ENC-001", Severity.Blocker, "full-load", "The target's encoding can hold the source's text", EncodingAsync) { NeedsSource = false },
        new PgCheck("F-ENC-002", Severity.Warning, "schema", "Both databases sort and classify text alike", async (c, f, ct) =>
        {
            var (source, target) = (await c.Source.RowAsync(DatabaseSql, ct), await c.Target.RowAsync(DatabaseSql, ct));
            var (here, there) = (Locale(source), Locale(target));
            if (here != there)
                f.Add("target", $"collation is {there}, the source's is {here}: ORDER BY, upper/lower and range queries on text may answer differently.", "Create the target database with the source's locale: CREATE DATABASE ... TEMPLATE template0 LOCALE ...;");
        }),
        Version("F-ENC-003", PgSideName.Source),
        Version("F-ENC-004", PgSideName.Target),
        new PgCheck("F-ENC-005", Severity.Blocker, "schema", "Collations that columns and indexes use exist on the target", CollationsAsync),
        new PgCheck("F-ENC-006", Severity.Note, "full-load", "Columns of type money", (c, f, _) =>
        {
            Money(c, f);
            return Task.CompletedTask;
        }),
    ];

    private static async Task EncodingAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        // Text of another system's source arrives in UTF-8, whatever it was there.
        var source = context.HasSource ? (await context.Source.RowAsync(DatabaseSql, ct))[0] : "UTF8";
        var target = (await context.Target.RowAsync(DatabaseSql, ct))[0];
        if (source == target) return;
        const string create = "Create the target database with encoding UTF8: CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8';";
        if (target == "UTF8" && source == "SQL_ASCII")
            found.Add(Severity.Warning, "source", "encoding is SQL_ASCII: its text was never checked; a value that is not valid UTF-8 stops the load with table and row named.", "Find and repair such values first, or create the target with encoding SQL_ASCII.");
        else if (target == "UTF8")
            found.Add(Severity.Note, "source", $"encoding is {source}, the target's is UTF8: text is converted, byte lengths change.", "");
        else if (target == "SQL_ASCII")
            found.Add(Severity.Warning, "target", $"encoding is SQL_ASCII, the source's is {source}: the target would not check text any more.", create);
        else
            found.Add("target", $"encoding is {target}, the source's is {source}: it cannot hold every character of the source.", create);
    }

    private static string Locale(PgRow row) => row[3] switch
    {
        "i" => $"{row[4]} (ICU) with ctype {row[2]}",
        "b" => $"{row[4]} (built in)",
        _ when row[1] == row[2] => row[1],
        _ => $"{row[1]} with ctype {row[2]}",
    };

    private static PgCheck Version(string id, PgSideName side) => new(
        id, Severity.Warning, "full-load", $"The collation version of the {(side == PgSideName.Source ? "source" : "target")} is the one its indexes were built with", async (context, found, ct) =>
        {
            const int firstWithVersion = 150_000;
            if (context.Side(side).Version < firstWithVersion) return;
            var rows = await context.Side(side).RowsAsync(
                """
                SELECT datcollversion, pg_database_collation_actual_version(oid), format('%I', datname)
                FROM pg_database WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)
                """, ct);
            foreach (var row in rows)
                found.Add(context.Side(side).Name, $"was created with collation version {row[0]}, the system now has {row[1]}: text indexes may be in the wrong order, unique ones may hold duplicates.", $"REINDEX DATABASE {row[2]}; ALTER DATABASE {row[2]} REFRESH COLLATION VERSION;");
        }) { NeedsSource = side == PgSideName.Source };

    private static async Task CollationsAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var used = await context.Source.RowsAsync(
            """
            SELECT DISTINCT co.collname
            FROM pg_collation co
            WHERE co.collnamespace = 'pg_catalog'::regnamespace AND co.collname NOT IN ('default', 'C', 'POSIX')
              AND (EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ANY($1) AND a.attcollation = co.oid AND NOT a.attisdropped)
                   OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = ANY($1) AND co.oid = ANY(i.indcollation)))
            ORDER BY 1
            """, ct, context.Oids);
        if (used.Count == 0) return;
        var known = await context.Target.RowsAsync(
            """
            SELECT collname FROM pg_collation
            WHERE collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
            """, ct);
        var names = known.Select(r => r[0]).ToHashSet();
        foreach (var row in used.Where(r => !names.Contains(r[0])))
            found.Add($"collation {row[0]}", "is used by columns or indexes of the source and does not exist on the target.", "Install the operating system's locale on the target's server, then: SELECT pg_import_system_collations('pg_catalog');");
    }

    private static void Money(PgCheckContext context, PgFindings found)
    {
        var money = context.Inventory.Tables
            .SelectMany(t => t.Columns.Where(c => c.CastType is "money" or "money[]").Select(c => $"{t.Table}.{c.Name}")).ToList();
        if (money.Count == 0) return;
        var (source, target) = (context.Source.Defaults[PgDefaults.Money], context.Target.Defaults[PgDefaults.Money]);
        found.AddTogether("columns", money, $"money; lc_monetary is {source} on the source and {target} on the target (our sessions use C, the amount is kept; how it is shown follows the server)", source == target ? "" : $"ALTER DATABASE {Sql.PgName.Quote(context.Target.Session.Database)} SET lc_monetary = {Sql.PgName.Literal(source)};");
    }
}
