using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <summary>The service's description for people to read, at <c>/docs</c>: made here of the OpenAPI document, without scripts and without anything from elsewhere.</summary>
internal sealed class ApiPage([FromKeyedServices(ApiPage.Document)] IOpenApiDocumentProvider document)
{
    /// <summary>Name of the OpenAPI document.</summary>
    public const string Document = "v1";

    private const string StylePath = "/docs/style.css";

    // Nothing is loaded but the style, nothing is sent anywhere.
    private const string Policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Text at 7:1 and more on its ground, in both schemes (WCAG 2.2, 1.4.6).</summary>
    private const string Style =
        """
        :root { color-scheme: light dark; --text: #1a1a1a; --ground: #ffffff; --soft: #f2f4f7; --line: #8a94a3; --link: #0b3d91; }
        @media (prefers-color-scheme: dark) { :root { --text: #f2f2f2; --ground: #14171c; --soft: #20252d; --line: #7d8896; --link: #a9c7ff; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -100vw; }
        .skip:focus { position: static; }
        code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
        section section { border-top: 1px solid var(--line); padding-bottom: 1rem; }
        table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }
        caption { text-align: left; font-weight: 600; }
        th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
        th { background: var(--soft); }
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/docs", (ApiPage page, HttpContext http) => page.ShowAsync(http)).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(StylePath, () => Results.Text(Style, "text/css")).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Says of each operation who may call it.</summary>
    public static void Describe(OpenApiOptions options) => options.AddOperationTransformer((operation, context, _) =>
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var policies = metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Select(a => a.Policy).OfType<string>().ToList();
        var role = policies.LastOrDefault(p => p != Caller.Person);
        operation.Description = metadata.OfType<Microsoft.AspNetCore.Authorization.IAllowAnonymous>().Any() ? "For anybody."
            : (role is null ? "For all members of the tenant" : $"For the role {role} and above") + (policies.Contains(Caller.Person) ? ", logged in: not with a key." : ".");
        return Task.CompletedTask;
    });

    private async Task<IResult> ShowAsync(HttpContext http)
    {
        var json = await (await document.GetOpenApiDocumentAsync(http.RequestAborted)).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, http.RequestAborted);
        http.Response.Headers.ContentSecurityPolicy = Policy;
        return Results.Text(new ApiPageText(json, StylePath).Write(), "text/html; charset=utf-8");
    }
}
