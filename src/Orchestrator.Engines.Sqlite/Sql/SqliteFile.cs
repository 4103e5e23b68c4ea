namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>One file of a run.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Label">What its tables are called by in patterns and messages: its name without extension; the path where two files share that.</param>
/// <param name="Schema">Schema of the target its tables go to; null: the URL names none.</param>
/// <param name="Prefix">Put before the names of its tables on the target; empty: nothing.</param>
internal sealed record SqliteFile(string Path, string Label, string? Schema, string Prefix);
