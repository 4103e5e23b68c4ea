using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
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
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/audit", ListAsync).RequireAuthorization(Caller.Word(Role.Admin)).WithTags("audit").WithSummary("What was done in the tenant, by whom.");

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
                Subject = subject, Origin = http.Connection.RemoteIpAddress?.ToString() ?? "", Result = http.Response.StatusCode,
            },
            CancellationToken.None);
    }

    private static async Task<Results<Ok<Page<AuditView>>, ProblemHttpResult>> ListAsync(string? cursor, int? limit, ServiceStore store, Caller caller, CancellationToken ct)
    {
        var after = 0L;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return Problems.Invalid(new Dictionary<string, string> { ["cursor"] = "as a list gave it" });
        return TypedResults.Ok(await Page<AuditView>.OfAsync(
            limit, n => store.Of(caller.Tenant).AuditAsync(after, n, ct), a => a.Id.ToString(CultureInfo.InvariantCulture), a => new AuditView(a.Id, a.At, a.Actor, a.Action, a.Subject, a.Origin, a.Result)));
    }
}
