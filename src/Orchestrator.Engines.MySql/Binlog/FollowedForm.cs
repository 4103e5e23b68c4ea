using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>One form of a followed table: what a row must look like to be read as it.</summary>
/// <param name="Index">Its place among the reader's tables.</param>
/// <param name="Table">The table as planned.</param>
/// <param name="From">Changes that committed before are in its rows already.</param>
internal sealed record FollowedForm(int Index, TableSchema Table, SourcePosition From)
{
    public ColumnPlan[] Plans { get; } = [.. Table.Columns.Select(c => new ColumnPlan(c) { Table = Table.Origin })];

    /// <summary>Places of the key's columns in a row, and of those that other tables' rows follow when they change.</summary>
    public bool[] IsKey { get; } =
    [
        .. Enumerable.Range(0, Table.Columns.Count).Select(i =>
            (Table.Key.Kind != RowKeyKind.FullRow && Table.Key.Columns.Contains(i)) || Table.Cascades.Any(c => c.OnUpdate != CascadeAction.None && c.Columns.Contains(i))),
    ];

    /// <summary>Rows after this description have this form: same names, same types, in the same order.</summary>
    /// <returns>What differs; null if nothing does.</returns>
    public string? Difference(TableMap map)
    {
        if (map.Columns.Count != Plans.Length) return $"it has {map.Columns.Count} columns, planned were {Plans.Length}";
        for (var i = 0; i < Plans.Length; i++)
        {
            if (map.Columns[i].Name != Plans[i].Name) return $"column {i + 1} is {map.Columns[i].Name}, planned was {Plans[i].Name}";
            if (!Fits(map.Columns[i], Plans[i].Type)) return $"column {Plans[i].Name} is no longer {Plans[i].Column.Origin!.Type}";
        }

        return null;
    }

    private static bool Fits(MappedColumn column, MySqlType type) => type.Name switch
    {
        "tinyint" => column.Type == ColumnType.Tiny && column.IsUnsigned == type.IsUnsigned,
        "smallint" => column.Type == ColumnType.Short && column.IsUnsigned == type.IsUnsigned,
        "mediumint" => column.Type == ColumnType.Int24 && column.IsUnsigned == type.IsUnsigned,
        "int" => column.Type == ColumnType.Long && column.IsUnsigned == type.IsUnsigned,
        "bigint" => column.Type == ColumnType.LongLong && column.IsUnsigned == type.IsUnsigned,
        "decimal" => column.Type == ColumnType.NewDecimal && column.Length == (type.Length ?? 10) && column.Scale == (type.Scale ?? 0),
        "float" => column.Type == ColumnType.Float,
        "double" => column.Type == ColumnType.Double,
        "bit" => column.Type == ColumnType.Bit && column.Length == (type.Length ?? 1),
        "year" => column.Type == ColumnType.Year,
        "date" => column.Type is ColumnType.Date or ColumnType.NewDate,
        "datetime" => column.Type == ColumnType.DateTime2 ? column.Length == (type.Length ?? 0) : column.Type == ColumnType.DateTime && type.Length is null or 0,
        "timestamp" => column.Type == ColumnType.Timestamp2 ? column.Length == (type.Length ?? 0) : column.Type == ColumnType.Timestamp && type.Length is null or 0,
        "time" => column.Type == ColumnType.Time2 ? column.Length == (type.Length ?? 0) : column.Type == ColumnType.Time && type.Length is null or 0,
        "enum" => column.Type == ColumnType.Enum && column.Labels.Length >= type.Labels.Count,
        "set" => column.Type == ColumnType.Set && column.Labels.Length >= type.Labels.Count,
        "json" => column.Type == ColumnType.Json,
        "char" or "binary" => column.Type is ColumnType.String or ColumnType.VarString,
        "varchar" or "varbinary" => column.Type is ColumnType.VarChar or ColumnType.VarString or ColumnType.VarCharCompressed,
        "uuid" or "inet6" or "inet4" => column.Type is ColumnType.String,
        _ when type.IsText || type.IsBytes => column.Type is ColumnType.Blob or ColumnType.BlobCompressed,
        _ => false,
    };

    public OrchestratorException Changed(TableMap map, SourcePosition at) => new(
        ErrorKind.Data, "E-DDL-001", $"{Table.Origin} changed its structure before {at}: {Difference(map)}.",
        "Make the same change on the target and resume, or roll this run back and start a new one.") { Table = Table.Origin.ToString() };
}
