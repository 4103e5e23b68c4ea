using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Whether rows of one table fit another that is there already, column by column and in order.</summary>
internal static class TableDifference
{
    /// <returns>The first difference that matters, null if the rows fit.</returns>
    public static string? Of(TableSchema source, TableSchema target)
    {
        if (source.Columns.Count != target.Columns.Count)
            return $"{Names(target)} there, {Names(source)} on the source";
        for (var i = 0; i < source.Columns.Count; i++)
            if (Of(source.Columns[i], target.Columns[i], i + 1) is { } difference) return difference;
        return null;
    }

    private static string? Of(ColumnSchema source, ColumnSchema target, int place)
    {
        if (source.Name != target.Name) return $"column {place} is {target.Name} there, {source.Name} on the source";
        if (PgTypeText.Plain(source.Type) != PgTypeText.Plain(target.Type)) return $"{target.Name} is {target.Type} there, {source.Type} on the source";
        // A column generated on one side only would arrive empty or be refused.
        if (source.IsCopied != target.IsCopied) return $"{target.Name} is {(target.IsCopied ? "a plain column" : "generated")} there, not so on the source";
        return target.NotNull && !source.NotNull ? $"{target.Name} is NOT NULL there, not so on the source" : null;
    }

    private static string Names(TableSchema table) => $"({string.Join(", ", table.Columns.Select(c => c.Name))})";
}
