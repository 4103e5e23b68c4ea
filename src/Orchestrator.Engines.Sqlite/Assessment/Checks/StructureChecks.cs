using Orchestrator.Core.Assessment;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Assessment.Checks;

/// <summary>What the target will have and what not.</summary>
internal static class StructureChecks
{
    private const int NamedRows = 5;

    public static IReadOnlyList<SqliteCheck> All { get; } =
    [
        new("F-SQL-020", Severity.Blocker, "full-load", "Rows that foreign keys point at are there", (c, f) =>
        {
            foreach (var file in c.Files)
            {
                using var database = SqliteDatabase.Open(file);
                foreach (var table in c.Tables.Where(t => t.File == file && t.ForeignKeys.Any(k => c.Moves(t.Name with { Name = k.To })))) Orphans(database, table, c, f);
            }
        }),
        new("F-SQL-021", Severity.Blocker, "schema", "Names do not collide on the target", (c, f) =>
        {
            if (c.StructureProblem is { } problem) f.Add("source", problem, "Give a file a schema or a prefix of its own: sqlite:///path/file.db?schema=name or ?prefix=text.");
        }),
        new("F-SQL-022", Severity.Warning, "schema", "What is not carried over", (c, f) =>
        {
            foreach (var left in c.Structure?.LeftBehind ?? []) f.Add($"{left.Kind} {left.Name}", $"{left.Why}.", "Make on the target what your application needs of it.");
        }),
        new("F-SQL-023", Severity.Note, "schema", "Names that are too long", (c, f) =>
        {
            foreach (var table in c.Inventory.Tables)
            {
                if (!table.Table.Name.EndsWith(table.Origin!.Value.Name, StringComparison.Ordinal)) f.Add(table.Origin.ToString()!, $"is {table.Table.Name} on the target: 63 bytes are the most there.", "Nothing, or give it a shorter name.");
                foreach (var column in table.Columns.Where(x => x.Origin!.Name != x.Name))
                    f.Add($"{table.Origin}.{column.Origin!.Name}", $"is {column.Name} on the target.", "Nothing, if you asked for it; otherwise give it a shorter name.");
            }
        }),
    ];

    private static void Orphans(SqliteDatabase database, SourceTable table, SqliteCheckContext context, SqliteFindings found)
    {
        var orphans = database.Rows($"SELECT parent, fkid, \"rowid\" FROM pragma_foreign_key_check({SqliteName.Literal(table.Name.Name)})");
        foreach (var key in orphans.GroupBy(r => r[0]!, StringComparer.OrdinalIgnoreCase))
        {
            var to = table.ForeignKeys.FirstOrDefault(k => k.To.Equals(key.Key, StringComparison.OrdinalIgnoreCase));
            if (to is null || !context.Moves(table.Name with { Name = to.To })) continue;
            var rows = string.Join(", ", key.Take(NamedRows).Select(r => r[2] ?? "without a rowid"));
            found.Add(table.Name.ToString(), $"{key.Count()} rows point at rows of {to.To} that are not there: rowid {rows}{(key.Count() > NamedRows ? ", ..." : "")}.", "Remove these rows, or add those they point at: PostgreSQL refuses the foreign key otherwise.");
        }
    }
}
