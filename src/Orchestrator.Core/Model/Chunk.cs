namespace Orchestrator.Core.Model;

/// <summary>A part of one table: the unit of load, retry and done-mark.</summary>
/// <param name="Table">The table.</param>
/// <param name="Number">From 0, unique in the table's plan.</param>
/// <param name="Of">Number of chunks in the table's plan.</param>
/// <param name="Range">Which rows.</param>
public sealed record Chunk(TableSchema Table, int Number, int Of, ChunkRange Range)
{
    public override string ToString() => $"{Table.Table} chunk {Number + 1}/{Of}";
}

/// <summary>Which rows of a table a chunk holds.</summary>
public abstract record ChunkRange;

/// <summary>Every row.</summary>
public sealed record WholeTable : ChunkRange;

/// <summary>Rows stored on pages [From, To): PostgreSQL ctid ranges.</summary>
/// <param name="From">First page.</param>
/// <param name="To">First page no longer in the range; null = to the end, whatever was appended meanwhile.</param>
public sealed record PageRange(long From, long? To) : ChunkRange;

/// <summary>Rows whose first key column is in [From, To).</summary>
/// <param name="From">Lowest value, as a literal of the source; null: none, NULL included.</param>
/// <param name="To">First value no longer in the range, as a literal of the source; null: to the end.</param>
public sealed record KeyRange(string? From, string? To) : ChunkRange;
