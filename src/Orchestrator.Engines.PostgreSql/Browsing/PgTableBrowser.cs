using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Browsing;

/// <summary>
/// Tables of a PostgreSQL database for people to look at. Views and foreign tables are not shown: reading one runs whatever
/// stands behind it.
/// </summary>
/// <param name="url">A secret.</param>
public sealed class PgTableBrowser(string url) : ITableBrowser
{
    /// <summary>Longest that people wait for a page.</summary>
    private const string PageTimeout = "30s";

    /// <summary>An export keeps the server from cleaning up behind it: not for ever.</summary>
    private const string ExportTimeout = "1h";

    private const string TablesSql = $"""
        SELECT n.nspname, c.relname, c.reltuples::bigint, EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND (n.nspname, c.relname) > ($1::text, $2::text) AND {PgRelationSql.IsUsers}
        ORDER BY n.nspname, c.relname LIMIT $3
        """;

    private readonly PgReadOnly _database = new(PgUrl.ToBuilder(url), "browse", url);

    public Task<IReadOnlyList<BrowsedTable>> TablesAsync(TableRef after, int limit, CancellationToken ct) => _database.ReadAsync<IReadOnlyList<BrowsedTable>>(
        PageTimeout, "Listing the tables",
        async connection => await connection.ListAsync(
            TablesSql, r => new BrowsedTable(new TableRef(r.GetString(0), r.GetString(1)), r.GetInt64(2) is >= 0 and var rows ? rows : null, r.GetBoolean(3)), ct,
            after.Schema ?? "", after.Name ?? "", limit),
        ct);

    public Task<BrowsedRows?> RowsAsync(TableRef table, IReadOnlyList<string> after, int limit, CancellationToken ct) => _database.ReadAsync(
        PageTimeout, "Reading the table",
        async connection => await PgShownTable.FindAsync(connection, table, ct) is { } shown ? await PgRowPage.ReadAsync(connection, shown, after, limit, ct) : null,
        ct);

    public Task<bool> ExportAsync(TableRef table, ExportFormat format, Func<Stream> begin, CancellationToken ct) => _database.ReadAsync(
        ExportTimeout, "Exporting the table",
        async connection =>
        {
            if (await PgShownTable.FindAsync(connection, table, ct) is not { } shown) return false;
            await PgTableExport.WriteAsync(connection, shown, format, begin, ct);
            return true;
        },
        ct);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
