using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Tables of database <c>shop</c> as MariaDB's catalog has them now, with types of PostgreSQL that hold their values.</summary>
internal static class MariaTables
{
    public static async Task<IReadOnlyList<TableSchema>> ReadAsync(MySqlServer server)
    {
        var columns = await new MySqlDatabase(server, "shop").QueryRowsAsync("""
            SELECT c.table_name, c.column_name, c.ordinal_position, c.column_type, c.data_type, c.extra LIKE '%GENERATED%', c.column_key = 'PRI'
            FROM information_schema.columns c WHERE c.table_schema = 'shop' ORDER BY 1, 3
            """);
        return [.. columns.GroupBy(c => c[0]!).Select(g => Table(g.Key, [.. g]))];
    }

    private static TableSchema Table(string name, List<string?[]> rows)
    {
        var columns = rows.Select(c => new ColumnSchema(
            c[1]!, int.Parse(c[2]!, CultureInfo.InvariantCulture), TypeOf(c[3]!, c[4]!), TypeOf(c[3]!, c[4]!), 0, -1, false,
            c[5] == "1" || c[4] == "point" ? ColumnKind.Generated : ColumnKind.Plain)
        {
            Origin = new ColumnOrigin(c[1]!, c[3]!, "utf8mb4", ""),
        }).ToList();
        var copied = columns.Where(c => c.IsCopied).Select(c => c.Name).ToList();
        var key = rows.Where(c => c[6] == "1").Select(c => copied.IndexOf(c[1]!)).ToList();
        return new TableSchema
        {
            Table = new TableRef("moved", name),
            Origin = new TableRef("shop", name),
            SourceId = 1,
            Columns = columns,
            Key = key.Count > 0 ? new RowKey(RowKeyKind.PrimaryKey, key) : new RowKey(RowKeyKind.FullRow, [.. Enumerable.Range(0, copied.Count)]),
            Pages = 0,
            EstimatedRows = 0,
            Bytes = 0,
        };
    }

    private static string TypeOf(string type, string name) => name switch
    {
        "bit" when type == "bit(1)" => "boolean",
        "time" => "interval",
        _ => "text",
    };

    /// <summary>MariaDB's own text of a column, written as PostgreSQL would write the value.</summary>
    public static string TextOf(ColumnSchema column)
    {
        var (name, type) = ($"`{column.Name}`", column.Origin!.Type);
        var bare = type.Split('(', ' ')[0];
        return bare switch
        {
            "bit" when type == "bit(1)" => $"IF({name} IS NULL, NULL, IF({name}, 't', 'f'))",
            "bit" => $"LPAD(BIN({name} + 0), 64, '0')",
            "binary" or "varbinary" or "blob" => $"CONCAT('\\\\x', LOWER(HEX({name})))",
            "timestamp" => $"CONCAT({name}, '+00')",
            "double" or "float" => $"CAST({name} AS DOUBLE)",
            "int" when type.EndsWith("zerofill", StringComparison.Ordinal) => $"{name} + 0",
            _ => $"CONVERT({name} USING utf8mb4)",
        };
    }
}
