using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Says what becomes of the parts of one table.</summary>
internal sealed class TableStructureMapper(
    SourceTable source, TableSchema target, IReadOnlyDictionary<TableRef, (SourceTable Source, TableSchema Target)> moved, TargetNames names, bool mariaDb, List<LeftBehind> left)
{
    private static readonly HashSet<string> Comparable = new(StringComparer.Ordinal)
    {
        "smallint", "integer", "bigint", "numeric", "real", "double precision", "date", "timestamp without time zone",
    };

    private readonly Dictionary<string, ColumnSchema> _columns = target.Columns.ToDictionary(c => c.Origin!.Name, StringComparer.Ordinal);

    public TableStructure Map()
    {
        var primary = source.Indexes.FirstOrDefault(i => i.IsPrimary);
        return new TableStructure
        {
            Table = target.Table,
            Columns = [.. source.Columns.Select(Map)],
            PrimaryKey = primary is null ? null : new IndexStructure(names.Take($"{target.Table.Name}_pkey"), true, [.. primary.Parts.Select(PartOf)]),
            Indexes = [.. source.Indexes.Where(i => !i.IsPrimary && IsMoved(i)).Select(i => new IndexStructure(names.Take($"{target.Table.Name}_{i.Name}"), i.IsUnique, [.. i.Parts.Select(PartOf)]))],
            ForeignKeys = [.. source.ForeignKeys.Where(IsMoved).Select(Map)],
            Checks = [.. source.Columns.Select(LabelCheck).OfType<CheckStructure>(), .. source.Checks.Select(Map).OfType<CheckStructure>()],
            Comment = source.Comment.Length > 0 ? source.Comment : null,
        };
    }

    private ColumnStructure Map(SourceColumn column)
    {
        var schema = _columns[column.Name];
        if (!DefaultMapper.TryMap(column, schema, mariaDb, out var expression))
            left.Add(new LeftBehind("default", $"{source.Name}.{column.Name}", $"{column.Default} has no equal on the target; the column has no default there"));
        if (column.IsGenerated) left.Add(new LeftBehind("generated column", $"{source.Name}.{column.Name}", "is an ordinary column on the target, which keeps the values it had"));
        return new ColumnStructure(schema.Name, schema.Type, schema.NotNull)
        {
            Default = expression,
            IdentitySequence = schema.Kind == ColumnKind.IdentityByDefault ? MySqlCatalog.SequenceOf(target.Table, schema.Name).Name : null,
            OnUpdate = DefaultMapper.OnUpdate(column, schema),
            Comment = column.Comment.Length > 0 ? column.Comment : null,
        };
    }

    /// <summary>An enumeration that became text accepts its labels only.</summary>
    private CheckStructure? LabelCheck(SourceColumn column)
    {
        var (type, schema) = (MySqlType.Parse(column.ColumnType), _columns[column.Name]);
        if (type.Name != "enum" || schema.CastType != "text" || !TypeMap.KnowsLabels(type)) return null;
        var labels = string.Join(", ", type.Labels.Select(l => $"'{l.Replace("'", "''", StringComparison.Ordinal)}'"));
        return new CheckStructure(TargetNames.Fit($"{target.Table.Name}_{schema.Name}_check"), $"{TypeMap.Quote(schema.Name)} IN ({labels})");
    }

    private CheckStructure? Map(SourceCheck check)
    {
        var columns = _columns.Where(c => Comparable.Contains(c.Value.CastType)).ToDictionary(c => c.Key, c => c.Value.Name, StringComparer.Ordinal);
        if (CheckMapper.Map(check.Expression, columns) is { } expression) return new CheckStructure(TargetNames.Fit(check.Name), expression);
        left.Add(new LeftBehind("check", $"{source.Name}.{check.Name}", $"{check.Expression} is not translated"));
        return null;
    }

    private bool IsMoved(SourceIndex index)
    {
        var why = index.Kind is "FULLTEXT" or "SPATIAL" or "RTREE" or "VECTOR" ? $"{index.Kind.ToLowerInvariant()} indexes are not moved; build one of PostgreSQL's own"
            : index.Parts.Any(p => p.Column is null) ? "indexes over expressions are not moved"
            : null;
        if (why is not null) left.Add(new LeftBehind("index", $"{source.Name}.{index.Name}", why));
        return why is null;
    }

    private IndexPart PartOf(SourceIndexPart part)
    {
        var schema = _columns[part.Column!];
        if (part.Prefix is not { } length) return new IndexPart(schema.Name, IsDescending: part.IsDescending);
        var function = schema.CastType == "bytea" ? "substr" : "left";
        var range = function == "substr" ? $"1, {length}" : $"{length}";
        return new IndexPart($"{function}({TypeMap.Quote(schema.Name)}, {range})", IsExpression: true, part.IsDescending);
    }

    private bool IsMoved(SourceForeignKey key)
    {
        var why = !moved.TryGetValue(key.To, out var to) ? $"{key.To} is not moved"
            : !to.Source.Indexes.Any(i => i.IsUnique && i.Parts.All(p => p.Prefix is null) && i.Parts.Select(p => p.Column!).Order(StringComparer.Ordinal).SequenceEqual(key.ToColumns.Order(StringComparer.Ordinal)))
                ? $"the columns of {key.To} it points at are not unique, which PostgreSQL asks for"
                : null;
        if (why is not null) left.Add(new LeftBehind("foreign key", $"{source.Name}.{key.Name}", why));
        return why is null;
    }

    private ForeignKeyStructure Map(SourceForeignKey key)
    {
        var to = moved[key.To].Target;
        return new ForeignKeyStructure(
            TargetNames.Fit(key.Name), [.. key.Columns.Select(c => _columns[c].Name)], to.Table,
            [.. key.ToColumns.Select(c => to.Columns.First(x => x.Origin!.Name == c).Name)], key.OnDelete, key.OnUpdate);
    }
}
