using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Says what becomes of the parts of one table.</summary>
internal sealed class TableStructureMapper(
    SourceTable source, TableSchema target, IReadOnlyDictionary<TableRef, (SourceTable Source, TableSchema Target)> moved, TargetNames names, List<LeftBehind> left)
{
    private readonly Dictionary<string, ColumnSchema> _columns = target.Columns.ToDictionary(c => c.Origin!.Name, StringComparer.Ordinal);
    private readonly TargetNames _keys = new();

    public TableStructure Map()
    {
        var checks = TableWords.Checks(source.Sql);
        if (checks > 0) left.Add(new LeftBehind("check", source.Name.ToString(), string.Create(CultureInfo.InvariantCulture, $"its {checks} CHECK constraints are not translated")));
        return new TableStructure
        {
            Table = target.Table,
            Columns = [.. source.Columns.Select(Map)],
            PrimaryKey = source.PrimaryKey.Any() ? new IndexStructure(names.Take($"{target.Table.Name}_pkey"), true, [.. source.PrimaryKey.Select(c => new IndexPart(_columns[c.Name].Name))]) : null,
            Indexes = [.. source.Indexes.Where(IsMoved).Select(Map)],
            ForeignKeys = [.. source.ForeignKeys.Where(IsMoved).Select(Map)],
        };
    }

    private ColumnStructure Map(SourceColumn column)
    {
        var schema = _columns[column.Name];
        var isIdentity = schema.Kind == ColumnKind.IdentityByDefault;
        string? expression = null;
        if (column.IsGenerated) left.Add(new LeftBehind("generated column", $"{source.Name}.{column.Name}", "is an ordinary column on the target, which keeps the values it had"));
        else if (IsCountedKey(column, schema)) expression = "gen_random_uuid()";
        else if (!isIdentity && !DefaultMapper.TryMap(column.Default, schema.CastType, out expression))
            left.Add(new LeftBehind("default", $"{source.Name}.{column.Name}", $"{column.Default} has no equal on the target; the column has no default there"));
        return new ColumnStructure(schema.Name, schema.Type, schema.NotNull)
        {
            Default = expression,
            IdentitySequence = isIdentity ? SqliteCatalog.SequenceOf(target.Table, schema.Name).Name : null,
        };
    }

    /// <summary>SQLite gave such a key its next number by itself; the target gives it a random UUID.</summary>
    private bool IsCountedKey(SourceColumn column, ColumnSchema schema) => column.Name == source.RowidColumn && schema.CastType == "uuid";

    private bool IsMoved(SourceIndex index)
    {
        var why = index.IsPartial ? "partial indexes are not moved" : index.Parts.Any(p => p.Column is null) ? "indexes over expressions are not moved" : null;
        if (why is not null) left.Add(new LeftBehind("index", $"{source.Name}.{index.Name}", why));
        else if (index.IsUnique && index.Parts.Any(p => p.Collation != "BINARY" && _columns[p.Column!].CastType == "text"))
            left.Add(new LeftBehind("collation", $"{source.Name}.{index.Name}", $"is unique by {string.Join(", ", index.Parts.Select(p => p.Collation).Distinct())} there, by equal texts on the target"));
        return why is null;
    }

    private IndexStructure Map(SourceIndex index)
    {
        var name = index.IsMadeBySqlite ? $"{target.Table.Name}_{string.Join('_', index.Parts.Select(p => _columns[p.Column!].Name))}_key" : index.Name;
        return new IndexStructure(names.Take(name), index.IsUnique, [.. index.Parts.Select(p => new IndexPart(_columns[p.Column!].Name, IsDescending: p.IsDescending))]);
    }

    private bool IsMoved(SourceForeignKey key)
    {
        var why = !moved.TryGetValue(source.Name with { Name = key.To }, out var to) ? $"{key.To} is not moved"
            : !IsUnique(to.Source, key.ToColumns) || key.Columns.Count != key.ToColumns.Count ? $"the columns of {key.To} it points at are not unique, which PostgreSQL asks for"
            : key.Columns.Zip(key.ToColumns).FirstOrDefault(p => TypeOf(p.First) != TypeOf(to.Target, p.Second)) is { First: { } from, Second: { } other } ? $"{from} is {TypeOf(from)} and {key.To}.{other} is {TypeOf(to.Target, other)}"
            : null;
        if (why is not null) left.Add(new LeftBehind("foreign key", $"{source.Name} ({string.Join(", ", key.Columns)})", why));
        return why is null;
    }

    private string TypeOf(string column) => _columns[column].CastType;

    private static string TypeOf(TableSchema table, string column) => table.Columns.First(c => c.Origin!.Name == column).CastType;

    /// <summary>A foreign key can point at these columns.</summary>
    public static bool IsUnique(SourceTable table, IReadOnlyList<string> columns)
    {
        var wanted = columns.ToHashSet(StringComparer.Ordinal);
        return wanted.Count > 0 && (wanted.SetEquals(table.PrimaryKey.Select(c => c.Name))
            || table.Indexes.Any(i => i.IsUnique && !i.IsPartial && i.Parts.All(p => p.Column is not null) && wanted.SetEquals(i.Parts.Select(p => p.Column!))));
    }

    private ForeignKeyStructure Map(SourceForeignKey key)
    {
        var to = moved[source.Name with { Name = key.To }].Target;
        return new ForeignKeyStructure(
            _keys.Take($"{target.Table.Name}_{string.Join('_', key.Columns.Select(c => _columns[c].Name))}_fkey"), [.. key.Columns.Select(c => _columns[c].Name)], to.Table,
            [.. key.ToColumns.Select(c => to.Columns.First(x => x.Origin!.Name == c).Name)], key.OnDelete, key.OnUpdate);
    }
}
