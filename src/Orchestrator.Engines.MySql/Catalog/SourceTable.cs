using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>A base table as the source's catalog describes it.</summary>
internal sealed record SourceTable
{
    /// <summary>Database and name.</summary>
    public required TableRef Name { get; init; }

    /// <summary>Storage engine, e.g. <c>InnoDB</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>By the server's statistics.</summary>
    public required long EstimatedRows { get; init; }

    /// <summary>Bytes of the data, without secondary indexes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of secondary indexes.</summary>
    public required long IndexBytes { get; init; }

    /// <summary>The next value of the counter; null: it has none.</summary>
    public required ulong? AutoIncrement { get; init; }

    public required string Comment { get; init; }

    /// <summary>Keeps what its rows were (<c>WITH SYSTEM VERSIONING</c>).</summary>
    public required bool HasHistory { get; init; }

    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    public required IReadOnlyList<SourceIndex> Indexes { get; init; }

    public required IReadOnlyList<SourceForeignKey> ForeignKeys { get; init; }

    public required IReadOnlyList<SourceCheck> Checks { get; init; }
}

/// <summary>A column.</summary>
/// <param name="Name">Name.</param>
/// <param name="Ordinal">Place, from 1.</param>
/// <param name="ColumnType">As declared, e.g. <c>int(10) unsigned</c>.</param>
/// <param name="Nullable">May be NULL.</param>
/// <param name="Default">As the catalog writes it, which the two families do differently; null: none.</param>
/// <param name="Charset">Of its text; empty: it holds none.</param>
/// <param name="Extra">e.g. <c>auto_increment</c>, <c>on update current_timestamp()</c>, <c>STORED GENERATED</c>, <c>DEFAULT_GENERATED</c>.</param>
/// <param name="Comment">Empty: none.</param>
/// <param name="IsJson">MariaDB's JSON: a text with a check.</param>
internal sealed record SourceColumn(
    string Name, int Ordinal, string ColumnType, bool Nullable, string? Default, string Charset, string Extra, string Comment, bool IsJson)
{
    public bool IsAutoIncrement => Extra.Contains("auto_increment", StringComparison.OrdinalIgnoreCase);

    public bool IsGenerated => Extra.Contains("GENERATED", StringComparison.OrdinalIgnoreCase) && !Extra.Contains("DEFAULT_GENERATED", StringComparison.OrdinalIgnoreCase);
}

/// <summary>An index.</summary>
/// <param name="Name"><c>PRIMARY</c> for the primary key.</param>
/// <param name="IsUnique">No two rows alike.</param>
/// <param name="Kind"><c>BTREE</c>, <c>HASH</c>, <c>FULLTEXT</c>, <c>SPATIAL</c>, ...</param>
/// <param name="Parts">In order.</param>
internal sealed record SourceIndex(string Name, bool IsUnique, string Kind, IReadOnlyList<SourceIndexPart> Parts)
{
    public bool IsPrimary => Name == "PRIMARY";
}

/// <summary>One part of an index.</summary>
/// <param name="Column">Its column; null: an expression.</param>
/// <param name="Prefix">Characters or bytes that count; null: all.</param>
/// <param name="Expression">The expression; null: a column.</param>
/// <param name="IsDescending">Sorted downwards.</param>
internal sealed record SourceIndexPart(string? Column, int? Prefix, string? Expression, bool IsDescending);

/// <summary>A foreign key.</summary>
internal sealed record SourceForeignKey(
    string Name, IReadOnlyList<string> Columns, TableRef To, IReadOnlyList<string> ToColumns, string OnDelete, string OnUpdate);

/// <summary>A check.</summary>
internal sealed record SourceCheck(string Name, string Expression);

/// <summary>Something that is not moved.</summary>
internal sealed record OtherObject(string Kind, TableRef Name);
