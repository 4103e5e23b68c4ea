using Orchestrator.Core.Model;

namespace Orchestrator.Core.Validation;

/// <summary>What was proven.</summary>
public enum ValidationVerdict
{
    /// <summary>Every row of every compared column is the same on both sides.</summary>
    Equal,

    /// <summary>At least one row differs.</summary>
    Different,

    /// <summary>Could not be compared; see the reason. Never to be read as equal.</summary>
    NotProven,
}

/// <summary>At which moment the sides were compared.</summary>
public enum ValidationMode
{
    /// <summary>Both sides at one position of the source's log: every difference is real.</summary>
    OnePosition,

    /// <summary>Each side as of now; rows that differed were read again until they agreed or the tries were used up.</summary>
    Now,
}

/// <summary>How a row differs between the sides.</summary>
public enum DifferenceKind
{
    /// <summary>On the source, not on the target.</summary>
    Missing,

    /// <summary>On the target, not on the source.</summary>
    Extra,

    /// <summary>On both sides under one key, with different values.</summary>
    Changed,
}

/// <summary>A value in a report.</summary>
/// <param name="Text">Its first 128 characters; null for NULL.</param>
/// <param name="Length">Characters of the whole value; larger than the text's if that was cut.</param>
public sealed record ReportedValue(string? Text, long Length);

/// <summary>One column of a differing row. The values are left out (null) after the first rows of a table.</summary>
public sealed record ColumnDifference(string Column, ReportedValue? Source, ReportedValue? Target);

/// <summary>A row that differs.</summary>
/// <param name="Kind">How.</param>
/// <param name="Key">Key columns and their values; empty for a table without a key.</param>
/// <param name="Count">Rows alike; more than 1 only for duplicates.</param>
/// <param name="Columns">The columns that differ; for a missing or extra row every column, while values are given.</param>
public sealed record RowDifference(
    DifferenceKind Kind,
    IReadOnlyList<KeyValuePair<string, string>> Key,
    long Count,
    IReadOnlyList<ColumnDifference> Columns);

/// <summary>The result for one table.</summary>
public sealed record TableReport
{
    public required TableRef Table { get; init; }

    public required ValidationVerdict Verdict { get; init; }

    /// <summary>Why the verdict is NotProven; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Not proven because a server or connection went away: another try may well prove it.</summary>
    public bool IsInterrupted { get; init; }

    public long SourceRows { get; init; }

    public long TargetRows { get; init; }

    /// <summary>Rows of the source that were not to be moved, found anew by the comparison; not in <see cref="SourceRows"/>.</summary>
    public long Rejected { get; init; }

    /// <summary>Buckets the rows were split into.</summary>
    public int Buckets { get; init; }

    /// <summary>Buckets whose digests differed.</summary>
    public int BucketsDifferent { get; init; }

    public long Missing { get; init; }

    public long Extra { get; init; }

    public long Changed { get; init; }

    /// <summary>The three counts are exact; false: so many rows differ that some buckets were not looked into, there are at least as many.</summary>
    public bool CountsExact { get; init; } = true;

    /// <summary>Columns that were not compared because only one side has them, with the side.</summary>
    public IReadOnlyList<string> NotCompared { get; init; } = [];

    /// <summary>Differing rows by name, the first ones with values.</summary>
    public IReadOnlyList<RowDifference> Rows { get; init; } = [];

    public TimeSpan Duration { get; init; }
}

/// <summary>The result of a validation.</summary>
public sealed record ValidationReport
{
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public required ValidationMode Mode { get; init; }

    /// <summary>Position both sides were compared at; null for <see cref="ValidationMode.Now"/>.</summary>
    public string? Position { get; init; }

    /// <summary>The source's <see cref="Reading.SourceInventory.ColumnsVersion"/> before the comparison; null if nobody looked.</summary>
    public string? ColumnsVersion { get; init; }

    /// <summary>Name of the digest method.</summary>
    public required string Method { get; init; }

    public required IReadOnlyList<TableReport> Tables { get; init; }

    /// <summary>Equal only if every table is; a difference outweighs what could not be proven.</summary>
    public ValidationVerdict Verdict =>
        Tables.Any(t => t.Verdict == ValidationVerdict.Different) ? ValidationVerdict.Different
        : Tables.All(t => t.Verdict == ValidationVerdict.Equal) ? ValidationVerdict.Equal
        : ValidationVerdict.NotProven;
}

/// <summary>How far a validation is.</summary>
/// <param name="TablesDone">Tables with a verdict.</param>
/// <param name="Tables">All tables.</param>
/// <param name="RowsDone">Rows digested on the source.</param>
/// <param name="BytesDone">Source bytes on disk of the tables with a verdict.</param>
/// <param name="Bytes">Source bytes on disk of all tables.</param>
/// <param name="Table">The table that caused this report.</param>
public sealed record ValidationProgress(
    int TablesDone, int Tables, long RowsDone, long BytesDone, long Bytes, TableRef Table);
