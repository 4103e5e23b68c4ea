using Npgsql;
using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>Says which table, row and value an apply stopped at.</summary>
internal static class ApplyErrors
{
    /// <summary>Data exception (22) or integrity constraint violation (23): a row is at fault, and source order tells which.</summary>
    public static bool IsOfARow(PostgresException e) => e.SqlState[..2] is "22" or "23";

    /// <summary>Errors of the data itself are named and end the run; everything else keeps its SQLSTATE for the retry decision.</summary>
    /// <param name="e">The error.</param>
    /// <param name="statements">The statements that were sent together.</param>
    /// <param name="batch">As they were sent.</param>
    /// <param name="columnOf">Finds the column whose value is refused.</param>
    public static async Task<Exception> DescribeAsync(
        PostgresException e, IReadOnlyList<ApplyStatement> statements, NpgsqlBatch batch, Func<ApplyStatement, Task<string?>> columnOf)
    {
        // Class 42: syntax, access or a missing object.
        if (!IsOfARow(e) && e.SqlState[..2] is not "42") return e;
        var failed = e.BatchCommand is { } command ? batch.BatchCommands.IndexOf((NpgsqlBatchCommand)command) : -1;
        var statement = failed >= 0 ? statements[failed] : null;
        var table = statement?.Table.Table.ToString() ?? $"{e.SchemaName}.{e.TableName}";
        var row = statement?.Row?.Invoke();
        var column = e.ColumnName ?? (statement is { Columns.Count: > 0 } && IsOfARow(e) ? await columnOf(statement) : null);
        var where = $"{table}{(column is null ? "" : $", column {column}")}{(row is null ? "" : $", row {row}")}";
        return new OrchestratorException(
            ErrorKind.Data, "E-DATA-001",
            $"The target refused a change of {where}: {e.MessageText}{(e.Detail is null ? "" : $" ({e.Detail})")}. Nothing of its transaction was applied.",
            "Compare the table's definition on both sides, mend it, then resume.", e)
        {
            Table = table, Column = column, Key = row,
        };
    }
}
