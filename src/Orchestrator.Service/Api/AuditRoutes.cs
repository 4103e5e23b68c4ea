using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <param name="Id">Number in the log.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who: an e-mail address, and the key if it was a program.</param>
/// <param name="Action">Method and route.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Origin">From which address.</param>
/// <param name="Result">HTTP status of the answer.</param>
internal sealed record AuditView(long Id, string At, string Actor, string Action, string Subject, string Origin, int Result);

/// <summary>Marks a route that only reads, and yet leaves a line in the audit log: what it reads is a customer's.</summary>
internal sealed class Audited;

/// <summary>Everything that was done or tried, except reading what is ours. Nobody can change or remove a line.</summary>
internal static class AuditRoutes
{
    private const string Subject = "audit subject";

    public static void Map(IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("audit").RequireAuthorization(Caller.Word(Role.Admin));
        audit.MapGet("/", ListAsync).WithSummary("What was done in the tenant, by whom.");
        audit.MapGet("/export", Export).WithSummary("All of it as a file: format=json or csv.").Produces(StatusCodes.Status200OK, null, "application/json", "text/csv").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    /// <summary>Says in the log what a request is about, where its route does not.</summary>
    public static void Name(HttpContext http, string subject) => http.Items[Subject] = subject;

    /// <summary>
    /// Keeps a line for each request that may change something, or reads what is a customer's, before the first byte of the answer
    /// leaves: also of one that ends by an exception, and of rows that take an hour to send.
    /// </summary>
    public static async Task RecordAsync(HttpContext http, RequestDelegate next)
    {
        var isReading = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        if (http.GetEndpoint() is not RouteEndpoint route || (isReading && route.Metadata.GetMetadata<Audited>() is null))
        {
            await next(http);
            return;
        }

        // Kept here: an exception's answer has neither.
        var (action, subject, isKept) = ($"{http.Request.Method} {route.RoutePattern.RawText}", string.Join(' ', http.Request.RouteValues.Values), false);
        http.Response.OnStarting(KeepOnceAsync);
        try
        {
            await next(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            await KeepOnceAsync();
            throw;
        }

        await KeepOnceAsync();

        async Task KeepOnceAsync()
        {
            if (isKept) return;
            isKept = true;
            await KeepAsync(http, action, subject);
        }
    }

    private static async Task KeepAsync(HttpContext http, string action, string subject)
    {
        var caller = await Caller.BindAsync(http);
        await http.RequestServices.GetRequiredService<ServiceStore>().RecordAsync(
            new AuditRow
            {
                Tenant = caller?.Tenant, Actor = caller?.Actor ?? "anonymous", Action = action,
                Subject = http.Items[Subject] as string ?? subject, Origin = http.Connection.RemoteIpAddress?.ToString() ?? "", Result = http.Response.StatusCode,
            },
            CancellationToken.None);
    }

    private static async Task<Results<Ok<Page<AuditView>>, ProblemHttpResult>> ListAsync(string? cursor, int? limit, ServiceStore store, Caller caller, CancellationToken ct)
    {
        var after = 0L;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return Problems.Invalid(new Dictionary<string, string> { ["cursor"] = "as a list gave it" });
        return TypedResults.Ok(await Page<AuditView>.OfAsync(
            limit, n => store.Of(caller.Tenant).AuditAsync(after, n, ct), a => a.Id.ToString(CultureInfo.InvariantCulture), View));
    }

    private static IResult Export(string? format, ServiceStore store, Caller caller, IOptions<JsonOptions> json, CancellationToken ct)
    {
        var lines = LinesAsync(store.Of(caller.Tenant), ct);
        return format switch
        {
            null or "json" => TypedResults.Stream(s => JsonSerializer.SerializeAsync(s, lines, json.Value.SerializerOptions, ct), "application/json", "audit.json"),
            "csv" => TypedResults.Stream(s => AuditCsv.WriteAsync(s, lines), "text/csv; charset=utf-8", "audit.csv"),
            _ => Problems.Invalid(new Dictionary<string, string> { ["format"] = "json or csv" }),
        };
    }

    /// <summary>The log from its beginning, never all of it at once in memory.</summary>
    private static async IAsyncEnumerable<AuditView> LinesAsync(TenantStore tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        const int part = 500;
        var (after, read) = (0L, part);
        while (read == part)
        {
            var rows = await tenant.AuditAsync(after, part, ct);
            foreach (var row in rows) yield return View(row);
            (after, read) = (rows.Count > 0 ? rows[^1].Id : after, rows.Count);
        }
    }

    private static AuditView View(AuditRow a) => new(a.Id, a.At, a.Actor, a.Action, a.Subject, a.Origin, a.Result);
}
