using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>
/// InnoDB's numbers of the databases' tables, which change when one is emptied by TRUNCATE or made anew. Whoever is told only of
/// rows may hear of a TRUNCATE late, or never: this tells the cutover.
/// </summary>
internal static class StorageVersion
{
    public static async Task<string> ReadAsync(MySqlConnection connection, IReadOnlyList<string> databases, CancellationToken ct)
    {
        var view = connection.IsMariaDb || !connection.Version.IsAtLeast(8, 0) ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
        // Names are written as those of files are; a run's own table of markers is none that is moved.
        var rows = await connection.RowsAsync(
            $"""
            SELECT TABLE_ID FROM information_schema.{view}
            WHERE CONVERT(CONVERT(BINARY SUBSTRING_INDEX(NAME, '/', 1) USING filename) USING utf8mb4) IN ({MySqlName.List(databases)}) AND LOCATE('/orchestrator_marker_', NAME) = 0
            ORDER BY NAME
            """,
            ct);
        return string.Join(' ', rows.Select(r => r[0]));
    }
}
