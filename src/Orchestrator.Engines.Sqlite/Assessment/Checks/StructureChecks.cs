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
                foreach (var table in c.Tables.Where(t => t.File == file))
                {
                    foreach (var key in table.ForeignKeys)
                    {
                        var to = c.Tables.FirstOrDefault(t => t.Name == table.Name with { Name = key.To });
                        if (to is not null && TableStructureMapper.IsUnique(to, key.ToColumns)) Orphans(database, table, key, f);
                    }
                }
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

    /// <summary>PRAGMA foreign_key_check gives up on a table if one of its keys points nowhere.</summary>
    private static void Orphans(SqliteDatabase database, SourceTable table, SourceForeignKey key, SqliteFindings found)
    {
        var parts = key.Columns.Zip(key.ToColumns, (from, to) => (From: $"c.{SqliteName.Quote(from)}", To: $"p.{SqliteName.Quote(to)}")).ToList();
        var rows = $"""
            FROM main.{SqliteName.Quote(table.Name.Name)} c WHERE {string.Join(" AND ", parts.Select(p => $"{p.From} IS NOT NULL"))}
            AND NOT EXISTS (SELECT 1 FROM main.{SqliteName.Quote(key.To)} p WHERE {string.Join(" AND ", parts.Select(p => $"{p.To} = {p.From}"))})
            """;
        var count = database.Text($"SELECT count(*) {rows}");
        if (count == "0") return;
        var name = table.Rowid is null ? string.Join(" || ', ' || ", parts.Select(p => p.From)) : $"c.{SqliteName.Quote(table.Rowid)}";
        var named = database.Rows($"SELECT {name} {rows} LIMIT {NamedRows}").Select(r => r[0]).ToList();
        found.Add(
            table.Name.ToString(), $"{count} rows point at rows of {key.To} that are not there: {(table.Rowid is null ? string.Join(", ", key.Columns) : "rowid")} {string.Join(", ", named)}{(named.Count == NamedRows ? ", ..." : "")}.",
            "Remove these rows, or add those they point at: PostgreSQL refuses the foreign key otherwise.");
    }
}
