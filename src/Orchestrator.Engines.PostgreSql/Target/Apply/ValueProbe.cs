using Npgsql;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Finds the column a refused row is refused for, because the server's error names no column when a value does not fit
/// its type: gives each value by itself to a temporary table of the same column types.
/// </summary>
internal static class ValueProbe
{
    /// <returns>Name of the first column that is refused with the same SQLSTATE; null if none is refused alone.</returns>
    public static async Task<string?> FindAsync(PgSession session, ApplyStatement statement, string sqlState, CancellationToken ct)
    {
        var table = statement.Table;
        await using var connection = await session.BorrowReplicaRoleAsync(ct);
        await connection.RunAsync(
            $"CREATE TEMP TABLE orchestrator_probe AS SELECT {PgName.Columns(table.Copied)} FROM ONLY {PgName.Quote(table.Table)} WITH NO DATA", ct);
        for (var i = 0; i < statement.Columns.Count; i++)
        {
            var column = table.Copied[statement.Columns[i]];
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add((statement with
            {
                Sql = $"INSERT INTO pg_temp.orchestrator_probe ({PgName.Quote(column.Name)}) SELECT (($1::text[])[1])::{column.CastType}",
                Parameters = [statement.Parameters[i]],
            }).ToCommand());
            try
            {
                await batch.ExecuteNonQueryAsync(ct);
            }
            catch (PostgresException e) when (e.SqlState == sqlState)
            {
                return column.Name;
            }
            catch (PostgresException e) when (ApplyErrors.IsOfARow(e))
            {
                continue; // refused for another reason than the row was
            }
        }

        return null;
    }
}
