namespace Orchestrator.Core.Runs;

/// <summary>What becomes of a date that is none: <c>0000-00-00</c>, <c>2024-00-15</c>.</summary>
public enum ZeroDates
{
    /// <summary>The run stops and names table, column and key.</summary>
    Fail,

    /// <summary>NULL; a NOT NULL column loses that constraint on the target.</summary>
    Null,

    /// <summary><c>-infinity</c>.</summary>
    Infinity,
}

/// <summary>How a source's own enumerations arrive.</summary>
public enum EnumMapping
{
    /// <summary>A type of PostgreSQL's, one per column.</summary>
    Native,

    /// <summary>text with a CHECK that lists the labels.</summary>
    Check,
}

/// <summary>How types and names of a source that is no PostgreSQL become the target's.</summary>
public sealed record MappingOptions
{
    /// <summary>Schema of the target for a database of the source; one that is not named keeps its name.</summary>
    public IReadOnlyDictionary<string, string> Schemas { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public ZeroDates ZeroDates { get; init; }

    public EnumMapping Enums { get; init; }

    /// <summary>TINYINT(1) becomes boolean; a value other than 0, 1 and NULL then stops the run. Otherwise it becomes smallint.</summary>
    public bool TinyIntIsBoolean { get; init; }

    /// <summary>
    /// Column by column, as <c>database.table.column</c> on the source: another type, another name, or both. Type and
    /// name are null where they stay as they would be.
    /// </summary>
    public IReadOnlyDictionary<string, ColumnOverride> Columns { get; init; } = new Dictionary<string, ColumnOverride>(StringComparer.Ordinal);
}

/// <summary>What a user wants of one column.</summary>
/// <param name="Name">Name on the target; null: as without an override.</param>
/// <param name="Type">PostgreSQL type; null: as without an override.</param>
public sealed record ColumnOverride(string? Name, string? Type);
