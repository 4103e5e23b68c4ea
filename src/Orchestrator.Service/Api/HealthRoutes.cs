using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Api;

/// <param name="Status"><c>ok</c>.</param>
internal sealed record HealthView(string Status);

/// <summary>For whoever watches the service: alive as a process, ready to do its work.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => new HealthView("ok")).AllowAnonymous().WithTags("health").WithSummary("The process answers.");
        routes.MapGet("/health/ready", ReadyAsync).AllowAnonymous().WithTags("health").WithSummary("The control store answers, too.");
    }

    private static async Task<IResult> ReadyAsync(ServiceStore store, CancellationToken ct)
    {
        try
        {
            await store.PingAsync(ct);
            return TypedResults.Ok(new HealthView("ok"));
        }
        catch (OrchestratorException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Code, "The control store does not answer.");
        }
    }
}
