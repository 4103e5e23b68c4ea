using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Api;

namespace Orchestrator.Service.Auth;

/// <summary>
/// Knows the caller by a token in the Authorization header, or in a browser's cookie. The token says who; whether the
/// account is active, and its tenant and role, the store says at every request.
/// </summary>
internal sealed class TokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Jwt jwt, ServiceStore store)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    /// <summary>Not sent from other sites (SameSite), not readable by scripts.</summary>
    public const string Cookie = "orchestrator";

    /// <summary>How keys begin, so that people and scanners of leaked secrets know them.</summary>
    public const string KeyPrefix = "ork_";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        var isHeader = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        var text = isHeader ? header[7..].Trim() : Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(text)) return AuthenticateResult.NoResult();
        if (!isHeader && IsForeign()) return AuthenticateResult.Fail("the request comes from another site");
        if (isHeader && text.StartsWith(KeyPrefix, StringComparison.Ordinal)) return await OfKeyAsync(text);
        if (jwt.Read(text) is not { } token) return AuthenticateResult.Fail("not a valid token");
        var account = await store.AccountAsync(token.Account, Context.RequestAborted);
        if (account is not { Active: 1 } || account.Stamp != token.Stamp || !Caller.TryRole(account.Role, out var role)) return AuthenticateResult.Fail("not valid any more");
        var caller = new Caller(account.Id, account.Tenant, account.Email, role);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = SchemeName;
        return Problems.Of(StatusCodes.Status401Unauthorized, "E-AUTH-001", "Log in first.", "POST /api/auth/login gives a token for the Authorization header.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Of(StatusCodes.Status403Forbidden, "E-AUTH-002", "Your role does not allow this.", "Ask an administrator of your tenant.").ExecuteAsync(Context);

    /// <summary>A key may what it was made for, and no more than whoever made it may now; with a closed account it is worthless.</summary>
    private async Task<AuthenticateResult> OfKeyAsync(string text)
    {
        if (await store.KeyAsync(AuthRoutes.Digest(text), Context.RequestAborted) is not { } key) return AuthenticateResult.Fail("not a valid key");
        var account = await store.AccountAsync(key.Account, Context.RequestAborted);
        if (account is not { Active: 1 } || !Caller.TryRole(account.Role, out var most) || !Caller.TryRole(key.Role, out var role)) return AuthenticateResult.Fail("not valid any more");
        await store.KeyUsedAsync(key, Context.RequestAborted);
        var caller = new Caller(account.Id, account.Tenant, account.Email, role < most ? role : most, key.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName));
    }

    /// <summary>A browser sends its cookie along with what a page of another origin asks for, if the two are of one site.</summary>
    private bool IsForeign() =>
        !HttpMethods.IsGet(Request.Method) && Request.Headers.Origin.ToString() is { Length: > 0 } origin
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, Request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
