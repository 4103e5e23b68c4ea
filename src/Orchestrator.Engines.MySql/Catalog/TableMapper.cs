using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Says what a source table becomes: its name, its columns' names and types, the key its rows are recognised by.</summary>
internal sealed class TableMapper(MappingOptions options)
{
    public TableRef NameOf(TableRef source) =>
        new(options.Schemas.GetValueOrDefault(source.Schema, source.Schema), TargetNames.Fit(source.Name));

    /// <summary>Name of the enumerated type a column would have.</summary>
    public TableRef EnumOf(TableRef source, string column)
    {
        var table = NameOf(source);
        return table with { Name = TargetNames.Fit($"{table.Name}_{column}_enum") };
    }

    /// <param name="table">The source's table.</param>
    /// <param name="id">Its number in the run, see <see cref="TableSchema.SourceId"/>.</param>
    public TableSchema Map(SourceTable table, uint id)
    {
        var columns = table.Columns.Select(c => Map(table, c)).ToList();
        return new TableSchema
        {
            Table = NameOf(table.Name),
            Origin = table.Name,
            SourceId = id,
            Columns = columns,
            Key = KeyOf(table),
            Pages = table.Bytes / 8192,
            EstimatedRows = table.EstimatedRows,
            Bytes = table.Bytes,
        };
    }

    private ColumnSchema Map(SourceTable table, SourceColumn column)
    {
        var type = MySqlType.Parse(column.ColumnType);
        var wish = options.Columns.GetValueOrDefault($"{table.Name}.{column.Name}");
        var target = TargetOf(table.Name, column, type, wish);
        var conversion = type.IsDate ? ZeroDates() : "";
        return new ColumnSchema(
            wish?.Name ?? TargetNames.Fit(column.Name), column.Ordinal, target.Type, target.CastType, 0, -1,
            !column.Nullable && conversion != ColumnPlan.ZeroToNull, column.IsAutoIncrement ? ColumnKind.IdentityByDefault : ColumnKind.Plain)
        {
            Origin = new ColumnOrigin(column.Name, column.ColumnType, column.Charset, conversion),
        };
    }

    private TargetType TargetOf(TableRef table, SourceColumn column, MySqlType type, ColumnOverride? wish) => wish?.Type is { } chosen
        ? new TargetType(chosen, CastTypeOf(chosen))
        : TypeMap.Of(type, column.IsJson, EnumOf(table, column.Name), options) ?? new TargetType(Unmapped);

    /// <summary>Type of a column that nothing of PostgreSQL's can hold; the assessment refuses it by name.</summary>
    public const string Unmapped = "unmapped";

    private string ZeroDates() => options.ZeroDates switch
    {
        Core.Runs.ZeroDates.Null => ColumnPlan.ZeroToNull,
        Core.Runs.ZeroDates.Infinity => ColumnPlan.ZeroToInfinity,
        _ => "",
    };

    /// <summary>What the user wrote, without modifiers, as the target's catalog would spell it.</summary>
    private static string CastTypeOf(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var bare = (open < 0 ? type : type[..open] + type[(type.IndexOf(')', open) + 1)..]).Trim().ToLowerInvariant();
        return bare switch
        {
            "int" or "int4" => "integer",
            "int2" => "smallint",
            "int8" => "bigint",
            "bool" => "boolean",
            "decimal" => "numeric",
            "varchar" => "character varying",
            "char" or "character" => "bpchar",
            "float4" => "real",
            "float8" or "float" => "double precision",
            "timestamptz" => "timestamp with time zone",
            "timestamp" => "timestamp without time zone",
            "bit" => "\"bit\"",
            _ => bare,
        };
    }

    /// <summary>The primary key, else a unique index over NOT NULL columns, else the whole row.</summary>
    private static RowKey KeyOf(SourceTable table)
    {
        var chosen = table.Indexes.Where(i => i.IsUnique && i.Parts.All(p => p.Column is not null && p.Prefix is null && !Column(table, p.Column).Nullable))
            .OrderBy(i => !i.IsPrimary).ThenBy(i => i.Parts.Count).ThenBy(i => i.Name, StringComparer.Ordinal).FirstOrDefault();
        return chosen is null
            ? new RowKey(RowKeyKind.FullRow, [.. Enumerable.Range(0, table.Columns.Count)])
            : new RowKey(
                chosen.IsPrimary ? RowKeyKind.PrimaryKey : RowKeyKind.UniqueIndex,
                [.. chosen.Parts.Select(p => table.Columns.ToList().FindIndex(c => c.Name == p.Column))]);
    }

    private static SourceColumn Column(SourceTable table, string name) => table.Columns.First(c => c.Name == name);
}
