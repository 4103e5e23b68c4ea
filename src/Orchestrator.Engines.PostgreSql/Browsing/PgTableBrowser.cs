using Npgsql;
using Orchestrator.Core.Errors;
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

    private readonly PgSession _session = new(PgUrl.ToConnectionString(url), "browse");

    public Task<IReadOnlyList<BrowsedTable>> TablesAsync(TableRef after, int limit, CancellationToken ct) => ReadingAsync<IReadOnlyList<BrowsedTable>>(
        PageTimeout, "Listing the tables",
        async connection => await connection.ListAsync(
            TablesSql, r => new BrowsedTable(new TableRef(r.GetString(0), r.GetString(1)), r.GetInt64(2) is >= 0 and var rows ? rows : null, r.GetBoolean(3)), ct,
            after.Schema ?? "", after.Name ?? "", limit),
        ct);

    public Task<BrowsedRows?> RowsAsync(TableRef table, IReadOnlyList<string> after, int limit, CancellationToken ct) => ReadingAsync(
        PageTimeout, "Reading the table",
        async connection => await PgShownTable.FindAsync(connection, table, ct) is { } shown ? await PgRowPage.ReadAsync(connection, shown, after, limit, ct) : null,
        ct);

    public Task<bool> ExportAsync(TableRef table, ExportFormat format, Func<Stream> begin, CancellationToken ct) => ReadingAsync(
        ExportTimeout, "Exporting the table",
        async connection =>
        {
            if (await PgShownTable.FindAsync(connection, table, ct) is not { } shown) return false;
            await PgTableExport.WriteAsync(connection, shown, format, begin, ct);
            return true;
        },
        ct);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<T> ReadingAsync<T>(string timeout, string doing, Func<NpgsqlConnection, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        try
        {
            await connection.RunAsync(
                $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{timeout}'; SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '1min'", ct);
            return await read(connection);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OrchestratorException) && !ct.IsCancellationRequested)
        {
            throw PgErrors.Describe(e, doing);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
            return await _session.OpenAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PgConnectErrors.Describe(e, "database", url);
        }
    }
}
