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

    /// <summary>The namespace of keys that become UUIDs where none is given; made once for this program.</summary>
    public static readonly Guid OwnNamespace = new("14288121-902b-4b39-b471-4f27c74ae6e5");

    /// <summary>Namespace of <see cref="ColumnConversion.UuidV5"/>.</summary>
    public Guid UuidNamespace { get; init; } = OwnNamespace;

    /// <summary>Rows that may be left out because a value cannot be converted or is not what it has to be; 0: the first ends the run.</summary>
    public int RejectLimit { get; init; }

    /// <summary>File such rows are written to; null: there can be none.</summary>
    public string? Stash { get; init; }

    /// <summary>
    /// Column by column, as <c>database.table.column</c> on the source (of SQLite files also <c>*.table.column</c>): another
    /// type, another name, or both. Type and name are null where they stay as they would be.
    /// </summary>
    public IReadOnlyDictionary<string, ColumnOverride> Columns { get; init; } = new Dictionary<string, ColumnOverride>(StringComparer.Ordinal);
}

/// <summary>How the values of a column of a SQLite file are read where its type alone does not say it; never guessed.</summary>
public enum ColumnConversion
{
    /// <summary>As the type has it.</summary>
    None,

    /// <summary>The whole primary key becomes UUIDs made of the old values, and so does every column that refers to it. Option text <c>uuid-v5</c>.</summary>
    UuidV5,

    /// <summary>Seconds since 1970-01-01 00:00:00 UTC. <c>unix-seconds</c>.</summary>
    UnixSeconds,

    /// <summary>Milliseconds since then. <c>unix-milliseconds</c>.</summary>
    UnixMilliseconds,

    /// <summary>Days since noon of November 24, 4714 BC, to the millisecond, as SQLite's functions have it. <c>julian-day</c>.</summary>
    JulianDay,
}

/// <summary>What a user wants of one column.</summary>
/// <param name="Name">Name on the target; null: as without an override.</param>
/// <param name="Type">PostgreSQL type; null: as without an override.</param>
public sealed record ColumnOverride(string? Name, string? Type)
{
    public ColumnConversion Conversion { get; init; }

    /// <summary>What its values have to be; null: whatever they are.</summary>
    public ColumnCheck? Check { get; init; }
}

/// <summary>What the values of a column have to be; a row where they are not is rejected.</summary>
/// <param name="Required">Not NULL.</param>
/// <param name="Min">The least value, as text of the column's type; null: none.</param>
/// <param name="Max">The greatest; null: none.</param>
public sealed record ColumnCheck(bool Required, string? Min, string? Max);
