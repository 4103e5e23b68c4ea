using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Connections;

namespace Orchestrator.Service.Api;

/// <summary>What is in the caller's databases. Each call is in the audit log: the rows are a customer's.</summary>
internal sealed class BrowseRoutes(ServiceStore store, ReachableUrls urls, IDatabases databases, IHostApplicationLifetime life, ILogger<BrowseRoutes> logger)
{
    private const int Most = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        var tables = api.MapGroup("/connections/{id}/tables").WithTags("connections").RequireAuthorization(Caller.Word(Role.User)).WithMetadata(new Audited());
        tables.MapGet("/", (string id, string? cursor, int? limit, BrowseRoutes routes, Caller caller, CancellationToken ct) => routes.TablesAsync(caller, id, cursor, limit, ct))
            .WithSummary("Tables of the database.");
        tables.MapGet("/{schema}/{table}/rows", (string id, string schema, string table, string? cursor, int? limit, BrowseRoutes routes, Caller caller, CancellationToken ct) =>
            routes.RowsAsync(caller, id, new TableRef(schema, table), cursor, limit, ct)).WithSummary("Rows of a table by its primary key.");
        tables.MapGet("/{schema}/{table}/export", (string id, string schema, string table, string? format, BrowseRoutes routes, Caller caller, HttpContext http) =>
            routes.ExportAsync(caller, id, new TableRef(schema, table), format, http)).WithSummary("All rows of a table as of one moment: format csv or json.");
    }

    private async Task<Results<Ok<Page<TableView>>, ProblemHttpResult>> TablesAsync(Caller caller, string id, string? cursor, int? limit, CancellationToken ct)
    {
        if (TextCursor.Read(cursor) is not { Count: 0 or 2 } after) return WrongCursor();
        if (await store.Of(caller.Tenant).ConnectionAsync(id, ct) is not { } connection) return Problems.NotFound("connection");
        await using var browser = databases.Browse(await urls.OpenAsync(connection, ct));
        var page = await Page<BrowsedTable>.OfAsync(limit, n => browser.TablesAsync(after.Count == 0 ? default : new TableRef(after[0], after[1]), n, ct), t => TextCursor.Write([t.Table.Schema, t.Table.Name]), t => t);
        return TypedResults.Ok(new Page<TableView>([.. page.Items.Select(t => new TableView(t.Table.Schema, t.Table.Name, t.EstimatedRows, t.HasPrimaryKey))], page.Next));
    }

    private async Task<Results<Ok<RowsView>, ProblemHttpResult>> RowsAsync(Caller caller, string id, TableRef table, string? cursor, int? limit, CancellationToken ct)
    {
        if (TextCursor.Read(cursor) is not { } after) return WrongCursor();
        if (await store.Of(caller.Tenant).ConnectionAsync(id, ct) is not { } connection) return Problems.NotFound("connection");
        await using var browser = databases.Browse(await urls.OpenAsync(connection, ct));
        return await browser.RowsAsync(table, after, Math.Clamp(limit ?? 50, 1, Most), ct) is { } rows
            ? TypedResults.Ok(new RowsView(rows.Columns, rows.Rows, rows.Next is { } next ? TextCursor.Write(next) : null))
            : Problems.NotFound("table");
    }

    private async Task<IResult> ExportAsync(Caller caller, string id, TableRef table, string? format, HttpContext http)
    {
        if (format is not ("csv" or "json")) return Problems.Invalid(new Dictionary<string, string> { ["format"] = "csv or json" });
        if (await store.Of(caller.Tenant).ConnectionAsync(id, http.RequestAborted) is not { } connection) return Problems.NotFound("connection");
        await using var browser = databases.Browse(await urls.OpenAsync(connection, http.RequestAborted));
        // A service that ends does not wait for its readers to go.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        try
        {
            var isThere = await browser.ExportAsync(table, format == "csv" ? ExportFormat.Csv : ExportFormat.Json, () => Begin(http, table, format), end.Token);
            return isThere ? Results.Empty : Problems.NotFound("table");
        }
        catch (Exception e) when (http.Response.HasStarted || end.IsCancellationRequested)
        {
            // Half of a table must not look like all of it: the reader sees a connection that broke.
            if (!end.IsCancellationRequested) ServiceLog.ExportBroke(logger, SecretText.Mask(e.Message));
            http.Abort();
            return Results.Empty;
        }
    }

    private static Stream Begin(HttpContext http, TableRef table, string format)
    {
        http.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8; header=present" : "application/json";
        var file = new ContentDispositionHeaderValue("attachment");
        file.SetHttpFileName($"{table.Schema}.{table.Name}.{format}");
        http.Response.Headers.ContentDisposition = file.ToString();
        return http.Response.Body;
    }

    private static ProblemHttpResult WrongCursor() => Problems.Invalid(new Dictionary<string, string> { ["cursor"] = "as a list gave it" });
}
