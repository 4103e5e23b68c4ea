using Orchestrator.Core.Model.Structure;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Target.Structure;

/// <summary>Indexes and the primary key they carry.</summary>
internal static class IndexSql
{
    /// <summary>The primary key first, then unique indexes.</summary>
    public static IEnumerable<PgIndex> Of(TableStructure table)
    {
        if (table.PrimaryKey is { } key)
        {
            var attach = $"ALTER TABLE ONLY {PgName.Quote(table.Table)} ADD CONSTRAINT {PgName.Quote(key.Name)} PRIMARY KEY USING INDEX {PgName.Quote(key.Name)}";
            // A constraint takes no index that sorts downwards; the key is the same.
            yield return Index(table, key with { IsUnique = true, Parts = [.. key.Parts.Select(p => p with { IsDescending = false })] }, attach);
        }

        foreach (var index in table.Indexes.OrderByDescending(i => i.IsUnique)) yield return Index(table, index, null);
    }

    private static PgIndex Index(TableStructure table, IndexStructure index, string? attach) => new(
        0, 0, table.Table, index.Name,
        $"CREATE {(index.IsUnique ? "UNIQUE " : "")}INDEX {PgName.Quote(index.Name)} ON ONLY {PgName.Quote(table.Table)} ({string.Join(", ", index.Parts.Select(Part))})",
        attach);

    private static string Part(IndexPart part) =>
        (part.IsExpression ? $"({part.Text})" : PgName.Quote(part.Text)) + (part.IsDescending ? " DESC" : "");
}
