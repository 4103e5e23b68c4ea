using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>A table as its file describes it, and what was seen in its rows.</summary>
internal sealed record SourceTable
{
    public required SqliteFile File { get; init; }

    /// <summary>The file's label and the table's name.</summary>
    public required TableRef Name { get; init; }

    /// <summary>The name its row numbers go by; null: WITHOUT ROWID, or columns took all the names.</summary>
    public required string? Rowid { get; init; }

    public required bool IsStrict { get; init; }

    /// <summary>The INTEGER PRIMARY KEY, which is the row number itself; null: there is none.</summary>
    public required string? RowidColumn { get; init; }

    /// <summary>The CREATE TABLE statement.</summary>
    public required string Sql { get; init; }

    public required long Rows { get; init; }

    /// <summary>Bytes of the values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Greatest number given out, by its rows and by sqlite_sequence; null: none.</summary>
    public required long? LastNumber { get; init; }

    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    public required IReadOnlyList<SourceIndex> Indexes { get; init; }

    public required IReadOnlyList<SourceForeignKey> ForeignKeys { get; init; }

    /// <summary>Columns of the declared primary key, in its order.</summary>
    public IEnumerable<SourceColumn> PrimaryKey => Columns.Where(c => c.KeyPlace > 0).OrderBy(c => c.KeyPlace);
}

/// <summary>A column.</summary>
/// <param name="Name">Name.</param>
/// <param name="Ordinal">Place, from 1.</param>
/// <param name="Declared">Declared type; empty: none.</param>
/// <param name="NotNull">Declared NOT NULL.</param>
/// <param name="Default">As SQL; null: none.</param>
/// <param name="KeyPlace">Place in the primary key, from 1; 0: not in it.</param>
/// <param name="IsGenerated">Computed by SQLite.</param>
/// <param name="Scan">What its values are.</param>
internal sealed record SourceColumn(
    string Name, int Ordinal, string Declared, bool NotNull, string? Default, int KeyPlace, bool IsGenerated, ColumnScan Scan)
{
    /// <summary>Columns that foreign keys tie to it.</summary>
    public TiedColumns Tied { get; init; } = TiedColumns.None;
}

/// <summary>An index that is not the primary key's.</summary>
internal sealed record SourceIndex(string Name, bool IsUnique, bool IsMadeBySqlite, bool IsPartial, IReadOnlyList<SourceIndexPart> Parts);

/// <summary>One part of an index.</summary>
/// <param name="Column">Null: an expression.</param>
/// <param name="IsDescending">Sorted downwards.</param>
/// <param name="Collation">How texts are compared: BINARY, NOCASE, RTRIM or the application's own.</param>
internal sealed record SourceIndexPart(string? Column, bool IsDescending, string Collation);

/// <summary>A foreign key; the referenced columns are resolved.</summary>
internal sealed record SourceForeignKey(IReadOnlyList<string> Columns, string To, IReadOnlyList<string> ToColumns, string OnDelete, string OnUpdate);

/// <summary>Something that is not moved.</summary>
internal sealed record OtherObject(string Kind, string Name);

/// <summary>What one file holds.</summary>
internal sealed record FileContents(IReadOnlyList<SourceTable> Tables, IReadOnlyList<OtherObject> Others);
