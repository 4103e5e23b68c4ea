using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Says what a source table becomes: its name, its columns' names and types, the key its rows are recognised by.</summary>
/// <param name="options">What the user chose.</param>
/// <param name="files">Files of the run: a single one goes to schema public, several to schemas of their own.</param>
internal sealed class TableMapper(MappingOptions options, int files)
{
    /// <summary>Type of a column that nothing of PostgreSQL's can hold; the assessment refuses it by name.</summary>
    public const string Unmapped = "unmapped";

    public TableRef NameOf(SqliteFile file, string table) =>
        new(file.Schema ?? options.Schemas.GetValueOrDefault(file.Label, files == 1 ? "public" : TargetNames.Fit(Path.GetFileNameWithoutExtension(file.Path))), TargetNames.Fit(file.Prefix + table));

    /// <summary>What a column becomes, and why.</summary>
    public TypeChoice TypeOf(SourceTable table, SourceColumn column)
    {
        var wish = Wishes.Of(table.Name, column.Name);
        var rules = new ColumnRules { Conversion = wish.Conversion, IsRequired = wish.Check?.Required ?? false, Min = wish.Check?.Min, Max = wish.Check?.Max };
        var (key, problem) = column.Tied.KeyFor(c => Wishes.Of(c.Table, c.Column).Conversion == ColumnConversion.UuidV5);
        if (key is not null || problem is not null) return KeyChoice(table, column, wish, rules, key, problem);
        var type = wish.Type ?? (wish.Conversion == ColumnConversion.None ? null : "timestamp with time zone");
        return (type is null ? TypeChoice.Of(column.Declared, table.IsStrict, column.Scan) : TypeChoice.Wished(type, column.Scan, rejects: options.RejectLimit > 0)).With(rules);
    }

    /// <summary>Its values may not fit: the user asked for its type, for the way they are read, or for what they have to be.</summary>
    public bool IsAskedFor(SourceTable table, SourceColumn column) =>
        Wishes.Of(table.Name, column.Name) is not { Type: null, Conversion: ColumnConversion.None, Check: null } || TypeOf(table, column).Rules.Key is not null;

    /// <summary>What the user wants of single columns.</summary>
    public ColumnWishes Wishes { get; } = new(options.Columns);

    /// <param name="table">The source's table.</param>
    /// <param name="id">Its number in the run, see <see cref="TableSchema.SourceId"/>.</param>
    public TableSchema Map(SourceTable table, uint id) => new()
    {
        Table = NameOf(table.File, table.Name.Name),
        Origin = table.Name,
        SourceId = id,
        Columns = [.. table.Columns.Select(c => Map(table, c))],
        Key = KeyOf(table),
        Pages = table.Bytes / 8192,
        EstimatedRows = table.Rows,
        Bytes = table.Bytes,
    };

    /// <summary>A key that becomes UUIDs, or a column that follows one.</summary>
    private TypeChoice KeyChoice(SourceTable table, SourceColumn column, ColumnOverride wish, ColumnRules rules, TiedColumn? key, string? problem)
    {
        var isKey = key is not null && key.Table == table.Name && key.Column == column.Name;
        var mixed = isKey && column.Scan is var scan && (scan.Has(StorageClass.Blob) || scan.Has(StorageClass.Real) || (scan.Has(StorageClass.Integer) && scan.Has(StorageClass.Text)));
        problem ??= wish.Type is not (null or "uuid") ? $"is to be {wish.Type}, and its values become those of {key}, which are UUIDs"
            : wish.Conversion is not (ColumnConversion.None or ColumnConversion.UuidV5) ? $"is to be read as {ColumnRules.WordOf(wish.Conversion)}, and its values become those of {key}, which are UUIDs"
            : mixed ? "holds values of several kinds: UUIDs are made of whole numbers, or of texts"
            : null;
        if (problem is not null) return new TypeChoice(Unmapped, Unmapped, null, problem);
        var target = NameOf(table.File, key!.Table.Name);
        var prefix = KeyUuid.PrefixOf(target.Schema, target.Name, NameOf(key.Table, key.Column));
        return new TypeChoice("uuid", "uuid") { KeyOrigin = isKey ? $"{options.UuidNamespace} and {prefix}VALUE" : $"those of {key}" }
            .With(rules with { Conversion = ColumnConversion.UuidV5, Key = new KeyUuid(options.UuidNamespace, prefix) });
    }

    private string NameOf(TableRef table, string column) => Wishes.Of(table, column).Name ?? TargetNames.Fit(column);

    private ColumnSchema Map(SourceTable table, SourceColumn column)
    {
        var type = TypeOf(table, column);
        var (declared, cast) = type.Refused is null ? (type.Type, type.CastType) : (Unmapped, Unmapped);
        return new ColumnSchema(
            NameOf(table.Name, column.Name), column.Ordinal, declared, cast, 0, -1,
            column.NotNull || column.KeyPlace > 0 || type.Rules.IsRequired, column.Name == table.RowidColumn && cast is "bigint" or "integer" or "smallint" ? ColumnKind.IdentityByDefault : ColumnKind.Plain)
        {
            Origin = new ColumnOrigin(column.Name, column.Declared, "", type.Rules.ToString()),
        };
    }

    /// <summary>The primary key, else a unique index over NOT NULL columns, else the whole row.</summary>
    private static RowKey KeyOf(SourceTable table)
    {
        var places = table.Columns.Select((c, i) => (c.Name, Place: i)).ToDictionary(c => c.Name, c => c.Place, StringComparer.Ordinal);
        if (table.PrimaryKey.Any()) return new RowKey(RowKeyKind.PrimaryKey, [.. table.PrimaryKey.Select(c => places[c.Name])]);
        var chosen = table.Indexes.Where(i => i.IsUnique && !i.IsPartial && i.Parts.All(p => p.Column is not null && table.Columns[places[p.Column]].NotNull))
            .OrderBy(i => i.Parts.Count).ThenBy(i => i.Name, StringComparer.Ordinal).FirstOrDefault();
        return chosen is null
            ? new RowKey(RowKeyKind.FullRow, [.. Enumerable.Range(0, table.Columns.Count)])
            : new RowKey(RowKeyKind.UniqueIndex, [.. chosen.Parts.Select(p => places[p.Column!])]);
    }
}
