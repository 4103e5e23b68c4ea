using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>
/// InnoDB's numbers of the databases' tables, which change when one is emptied by TRUNCATE or made anew. Whoever is told only of
/// rows may hear of a TRUNCATE late, or never: this tells the cutover.
/// </summary>
internal static class StorageVersion
{
    /// <exception cref="OrchestratorException">Configuration <c>E-BINLOG-015</c>: the account may not look.</exception>
    public static async Task<string> ReadAsync(MySqlConnection connection, IReadOnlyList<string> databases, CancellationToken ct)
    {
        var view = connection.IsMariaDb || !connection.Version.IsAtLeast(8, 0) ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
        // Names are written as those of files are; a run's own table of markers is none that is moved.
        var rows = await RowsAsync(
            connection,
            $"""
            SELECT TABLE_ID FROM information_schema.{view}
            WHERE CONVERT(CONVERT(BINARY SUBSTRING_INDEX(NAME, '/', 1) USING filename) USING utf8mb4) IN ({MySqlName.List(databases)}) AND LOCATE('/orchestrator_marker_', NAME) = 0
            ORDER BY NAME
            """,
            ct);
        return string.Join(' ', rows.Select(r => r[0]));
    }

    private static async Task<List<string?[]>> RowsAsync(MySqlConnection connection, string sql, CancellationToken ct)
    {
        try
        {
            return await connection.RowsAsync(sql, ct);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) == 1227)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-BINLOG-015", "The account may not PROCESS, without which nobody can tell whether a table was emptied by TRUNCATE.", "GRANT PROCESS ON *.* TO the account;", e);
        }
    }
}
