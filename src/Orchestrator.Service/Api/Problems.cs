using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Api;

/// <summary>
/// Errors as problem details (RFC 9457), with the code and the advice that the terminal shows for the same error.
/// </summary>
internal static class Problems
{
    public static ProblemHttpResult Of(int status, string code, string message, string fix = "") => TypedResults.Problem(
        detail: message, statusCode: status, type: "urn:orchestrator:error:" + code,
        extensions: fix.Length == 0 ? new Dictionary<string, object?> { ["code"] = code } : new Dictionary<string, object?> { ["code"] = code, ["fix"] = fix });

    public static ProblemHttpResult Of(OrchestratorException error)
    {
        var problem = Of(StatusOf(error), error.Code, SecretText.Mask(error.Message), SecretText.Mask(error.Fix));
        if (error.Table is not null) problem.ProblemDetails.Extensions["table"] = error.Table;
        if (error.Column is not null) problem.ProblemDetails.Extensions["column"] = error.Column;
        return problem;
    }

    /// <summary>What is not there, and what is another tenant's: the same words.</summary>
    public static ProblemHttpResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "E-API-002", $"There is no such {what}.");

    public static ProblemHttpResult Conflict(string message, string fix = "") => Of(StatusCodes.Status409Conflict, "E-API-003", message, fix);

    public static ProblemHttpResult Changed() => Of(StatusCodes.Status412PreconditionFailed, "E-API-004", "It was changed since you read it.", "Read it again, then send its ETag as If-Match.");

    /// <summary>All fields that are wrong, at once.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string> faults)
    {
        var problem = Of(StatusCodes.Status400BadRequest, "E-API-001", "Some fields cannot be taken: " + string.Join("; ", faults.Select(f => $"{f.Key}: {f.Value}")) + ".");
        problem.ProblemDetails.Extensions["errors"] = faults;
        return problem;
    }

    /// <summary>What an endpoint throws.</summary>
    public static async Task WriteAsync(HttpContext context, ILogger logger)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        IResult answer = error switch
        {
            OrchestratorException e => Of(e),
            BadHttpRequestException e => Of(e.StatusCode, "E-API-001", "The request cannot be read.", "See /openapi/v1.json for what it looks like."),
            _ => Of(StatusCodes.Status500InternalServerError, "E-BUG-001", "Something we did not foresee happened.", "The service's log has it under the trace id."),
        };
        if (error is not null and not (OrchestratorException or BadHttpRequestException)) ServiceLog.Unforeseen(logger, SecretText.Mask(error.ToString()));
        await answer.ExecuteAsync(context);
    }

    /// <summary>Status that an exception is answered with.</summary>
    public static int StatusOf(Exception error) => error switch
    {
        OrchestratorException e => StatusOf(e),
        BadHttpRequestException e => e.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static int StatusOf(OrchestratorException error) => (error.Code, error.Kind) switch
    {
        ("E-RUN-002", _) => StatusCodes.Status404NotFound,
        ("E-RUN-001" or "E-RUN-009" or "E-LEASE-001", _) or (_, ErrorKind.Fenced) => StatusCodes.Status409Conflict,
        (_, ErrorKind.Bug) => StatusCodes.Status500InternalServerError,
        _ when error.Code.StartsWith("E-RUN-01", StringComparison.Ordinal) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
