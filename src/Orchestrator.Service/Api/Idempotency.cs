using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <summary>
/// A request that acts and bears an <c>Idempotency-Key</c> is carried out once: sent again, it gets the first one's answer
/// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
/// </summary>
internal sealed class Idempotency(ServiceStore store, IOptions<JsonOptions> json) : IEndpointFilter
{
    private const string Header = "Idempotency-Key";

    private const int LongestKey = 200;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0 || HttpMethods.IsGet(http.Request.Method)) return await next(context);
        if (key.Length > LongestKey) return Problems.Invalid(new Dictionary<string, string> { [Header] = $"at most {LongestKey} characters" });
        var caller = Caller.Of(http.User);
        var tenant = store.Of(caller.Tenant);
        var request = $"{caller.Account} {http.Request.Method} {http.Request.Path} {AuthRoutes.Digest(JsonSerializer.Serialize(context.Arguments.Where(a => a is ConfirmBody or BackupBody), json.Value.SerializerOptions))}";
        if (await tenant.BeginRequestAsync(key, request, http.RequestAborted) is { } before) return Again(before, request);
        var status = StatusCodes.Status500InternalServerError;
        object? body = null;
        try
        {
            var result = await next(context);
            var answer = result is INestedHttpResult nested ? nested.Result : result;
            status = (answer as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
            body = (answer as IValueHttpResult)?.Value;
            return result;
        }
        finally
        {
            await tenant.EndRequestAsync(key, status, JsonSerializer.Serialize(body, json.Value.SerializerOptions), CancellationToken.None);
        }
    }

    private static IResult Again((string Request, int Status, string Body) before, string request) => before switch
    {
        _ when before.Request != request => Problems.Of(StatusCodes.Status422UnprocessableEntity, "E-API-005", "This Idempotency-Key was used for another request.", "Use a new key for each request."),
        { Status: 0 } => Problems.Conflict("The first request with this Idempotency-Key is still being carried out.", "Ask again in a moment."),
        // Whether it was carried out nobody can say, so it is not done a second time behind the caller's back.
        { Status: < 0 } => Problems.Of(
            StatusCodes.Status409Conflict, "E-API-006", "The service was ended while it carried out the first request with this Idempotency-Key; whether it was done is not known.",
            "Look at the migration or the list of backups; if it was not done, send it again with a new key."),
        _ => Results.Content(before.Body, before.Status >= StatusCodes.Status400BadRequest ? "application/problem+json" : "application/json", Encoding.UTF8, before.Status),
    };
}
