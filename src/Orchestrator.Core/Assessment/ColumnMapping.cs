using Orchestrator.Core.Model;

namespace Orchestrator.Core.Assessment;

/// <summary>What becomes of one column of a source that is no PostgreSQL.</summary>
/// <param name="SourceTable">Table on the source.</param>
/// <param name="SourceColumn">Its name there.</param>
/// <param name="SourceType">Type as the source's catalog spells it, its character set behind it.</param>
/// <param name="Table">Table on the target.</param>
/// <param name="Column">Its name there.</param>
/// <param name="Type">Type on the target.</param>
/// <param name="Conversion">How values are changed on the way; empty: only in how they are written.</param>
public sealed record ColumnMapping(
    TableRef SourceTable, string SourceColumn, string SourceType, TableRef Table, string Column, string Type, string Conversion)
{
    /// <summary>Every column of the tables that has another source than itself, in the tables' order.</summary>
    public static IReadOnlyList<ColumnMapping> Of(IEnumerable<TableSchema> tables) =>
    [
        .. from table in tables.OrderBy(t => t.Table.ToString(), StringComparer.Ordinal)
           from column in table.Columns
           where column.Origin is not null
           select new ColumnMapping(
               table.Origin ?? table.Table, column.Origin!.Name, $"{column.Origin.Type} {column.Origin.Charset}".TrimEnd(),
               table.Table, column.Name, column.Type, column.Origin.Conversion),
    ];
}
