namespace Orchestrator.Core.Model;

/// <summary>How a column's value comes about.</summary>
public enum ColumnKind
{
    Plain,

    /// <summary>GENERATED ALWAYS AS (expr) STORED: left to the target, never copied.</summary>
    Generated,

    /// <summary>GENERATED ALWAYS AS IDENTITY: copied, never put in an UPDATE's SET.</summary>
    IdentityAlways,

    IdentityByDefault,
}

/// <summary>One column as it is on the target.</summary>
/// <param name="Name">Name as the catalog spells it.</param>
/// <param name="Ordinal">Position in the catalog (PostgreSQL attnum); not contiguous once columns were dropped.</param>
/// <param name="Type">Declared type with modifiers, ready for DDL, e.g. <c>numeric(10,2)</c>.</param>
/// <param name="CastType">The same type without modifiers, ready for a cast that never truncates, e.g. <c>numeric</c>.</param>
/// <param name="TypeId">The source's own number of the type (PostgreSQL type oid).</param>
/// <param name="TypeModifier">The source's type modifier (PostgreSQL atttypmod), -1 if none.</param>
/// <param name="NotNull">The column refuses NULL.</param>
/// <param name="Kind">How the value comes about.</param>
public sealed record ColumnSchema(
    string Name,
    int Ordinal,
    string Type,
    string CastType,
    uint TypeId,
    int TypeModifier,
    bool NotNull,
    ColumnKind Kind)
{
    /// <summary>The column's values travel (everything but generated columns).</summary>
    public bool IsCopied => Kind != ColumnKind.Generated;

    /// <summary>What it is on a source that is no PostgreSQL; null: the same as here.</summary>
    public ColumnOrigin? Origin { get; init; }
}

/// <summary>By what a row is recognised when a change arrives.</summary>
public enum RowKeyKind
{
    PrimaryKey,

    /// <summary>REPLICA IDENTITY USING INDEX, a unique index over NOT NULL columns.</summary>
    UniqueIndex,

    /// <summary>REPLICA IDENTITY FULL on a table without a key: the whole old row.</summary>
    FullRow,

    /// <summary>Nothing: only inserts can be followed.</summary>
    None,
}

/// <summary>The columns a row is recognised by, as indexes into <see cref="TableSchema.Copied"/>, in key order.</summary>
public sealed record RowKey(RowKeyKind Kind, IReadOnlyList<int> Columns);

/// <summary>One table with storage (a plain table or a leaf partition) as planned at assessment.</summary>
public sealed record TableSchema
{
    public required TableRef Table { get; init; }

    /// <summary>Its name on a source whose names are not the target's; null: the same as <see cref="Table"/>.</summary>
    public TableRef? Origin { get; init; }

    /// <summary>Its name on the source.</summary>
    public TableRef SourceName => Origin ?? Table;

    /// <summary>The source's own number of the table (PostgreSQL oid): survives a rename. A source without such numbers makes one of the name.</summary>
    public required uint SourceId { get; init; }

    /// <summary>All columns in catalog order, generated ones too; dropped ones are absent.</summary>
    public required IReadOnlyList<ColumnSchema> Columns { get; init; }

    /// <summary>The columns whose values travel, in catalog order.</summary>
    public IReadOnlyList<ColumnSchema> Copied => _copied ??= [.. Columns.Where(c => c.IsCopied)];

    public required RowKey Key { get; init; }

    /// <summary>What a change here makes the source do to other tables without logging it; empty for a source that logs all it does.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Size of the heap on disk at planning, in pages of 8 KiB; exact, unlike row estimates.</summary>
    public required long Pages { get; init; }

    /// <summary>Row count by the source's statistics; -1 if never analysed. For display only.</summary>
    public required long EstimatedRows { get; init; }

    /// <summary>Bytes on disk with TOAST, without indexes.</summary>
    public required long Bytes { get; init; }

    private IReadOnlyList<ColumnSchema>? _copied;

    /// <summary>
    /// Everything whose change would make a mapping by name and order wrong; compared at drift checks. Two plans of
    /// the same unchanged table give the same text.
    /// </summary>
    public string Fingerprint => Cascades.Count == 0 ? FingerprintOf(Columns) : $"{FingerprintOf(Columns)}|{string.Join('|', Cascades)}";

    public static string FingerprintOf(IEnumerable<ColumnSchema> columns) => string.Join(
        '|',
        columns.Select(c => $"{c.Ordinal}:{c.Name}:{c.Type}:{(c.NotNull ? 'n' : 'y')}:{c.Kind}{(c.Origin is null ? "" : $":{c.Origin}")}"));
}
