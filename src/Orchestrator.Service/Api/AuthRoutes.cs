using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Api;

/// <param name="Tenant">Name of the new tenant.</param>
/// <param name="Email">The first administrator's address.</param>
/// <param name="Name">The administrator's name.</param>
/// <param name="Password">At least 8 characters, not one of the most used.</param>
internal sealed record SignupBody(string? Tenant, string? Email, string? Name, string? Password);

/// <param name="Email">Address.</param>
/// <param name="Password">Password.</param>
/// <param name="Cookie">True for browsers: the token also comes as a cookie that scripts cannot read.</param>
internal sealed record LoginBody(string? Email, string? Password, bool Cookie = false);

/// <param name="Token">What the invitation gave.</param>
/// <param name="Name">The new member's name.</param>
/// <param name="Password">At least 8 characters, not one of the most used.</param>
internal sealed record JoinBody(string? Token, string? Name, string? Password);

/// <param name="Old">The password until now.</param>
/// <param name="New">At least 8 characters, not one of the most used.</param>
internal sealed record PasswordBody(string? Old, string? New);

internal sealed record AccountView(string Id, string Email, string Name, string Role, bool Active);

/// <param name="Token">For <c>Authorization: Bearer</c>; a secret.</param>
/// <param name="ExpiresAt">From when on it is worthless.</param>
/// <param name="Account">Whose it is.</param>
internal sealed record TokenView(string Token, DateTimeOffset ExpiresAt, AccountView Account);

/// <summary>Who may call: everything here but <c>me</c>, <c>password</c>, <c>refresh</c> and <c>logout</c> is open to anybody.</summary>
internal sealed class AuthRoutes(ServiceStore store, Passwords passwords, LoginGuard guard, Jwt jwt, ServiceOptions options, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth").RequireAuthorization(Caller.Person);
        auth.MapPost("/signup", (SignupBody body, AuthRoutes routes, HttpContext http) => routes.SignUpAsync(body, http)).AllowAnonymous().WithSummary("Creates a tenant and its first administrator.");
        auth.MapPost("/join", (JoinBody body, AuthRoutes routes, HttpContext http) => routes.JoinAsync(body, http)).AllowAnonymous().WithSummary("Accepts an invitation; who is a member already gets the new password by it.");
        auth.MapPost("/login", (LoginBody body, AuthRoutes routes, HttpContext http) => routes.LogInAsync(body, http)).AllowAnonymous().WithSummary("Gives a token.");
        auth.MapPost("/refresh", (AuthRoutes routes, HttpContext http) => routes.RefreshAsync(http)).WithSummary("Gives a new token.");
        auth.MapPost("/password", (PasswordBody body, AuthRoutes routes, HttpContext http) => routes.ChangePasswordAsync(body, http)).WithSummary("Changes the caller's password; earlier tokens are worthless then.");
        auth.MapPost("/logout", (AuthRoutes routes, HttpContext http) => routes.LogOutAsync(http)).WithSummary("Makes all tokens of the account worthless.");
        auth.MapGet("/me", (AuthRoutes routes, HttpContext http) => routes.MeAsync(http)).WithSummary("Who the caller is.");
    }

    /// <summary>What is kept of a token that must not be readable in the store.</summary>
    public static string Digest(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static AccountView View(AccountRow a) => new(a.Id, a.Email, a.Name, a.Role, a.Active == 1);

    private async Task<Results<Created<TokenView>, ProblemHttpResult>> SignUpAsync(SignupBody body, HttpContext http)
    {
        var fields = new Fields();
        var (tenant, email, name) = (fields.Text("tenant", body.Tenant), fields.Email("email", body.Email), fields.Text("name", body.Name));
        fields.Require("password", Passwords.Fault(body.Password, email));
        if (fields.Problem() is { } problem) return problem;
        if (!options.OpenSignup && await store.HasTenantAsync(http.RequestAborted))
            return Problems.Of(StatusCodes.Status403Forbidden, "E-AUTH-003", "Nobody can sign up here.", "Ask an administrator for an invitation.");
        var account = New(name, body.Password!) with { Email = email, Role = Caller.Word(Role.Admin) };
        return await store.SignUpAsync(Guid.CreateVersion7().ToString(), tenant, account, http.RequestAborted)
            ? TypedResults.Created("/api/auth/me", Issue(account))
            : Problems.Conflict("This e-mail address cannot be used.", "Log in if it is yours.");
    }

    private async Task<Results<Created<TokenView>, ProblemHttpResult>> JoinAsync(JoinBody body, HttpContext http)
    {
        var fields = new Fields();
        var (token, name) = (fields.Text("token", body.Token), fields.Text("name", body.Name));
        fields.Require("password", Passwords.Fault(body.Password, ""));
        if (fields.Problem() is { } problem) return problem;
        var joined = await store.JoinAsync(Digest(token), New(name, body.Password!), http.RequestAborted);
        return joined is null ? Problems.NotFound("invitation") : TypedResults.Created("/api/auth/me", Issue(joined));
    }

    private async Task<Results<Ok<TokenView>, ProblemHttpResult>> LogInAsync(LoginBody body, HttpContext http)
    {
        var fields = new Fields();
        var email = fields.Email("email", body.Email);
        fields.Require("password", body.Password is { Length: > 0 and <= Passwords.Longest } ? null : "missing or too long");
        if (fields.Problem() is { } problem) return problem;
        var account = await store.AccountOfAsync(email, http.RequestAborted);
        if (Refused(http, email, account, body.Password!) is { } refused) return refused;
        var token = Issue(account!);
        if (body.Cookie) http.Response.Cookies.Append(TokenHandler.Cookie, token.Token, CookieFor(http, token.ExpiresAt));
        return TypedResults.Ok(token);
    }

    /// <summary>The old password is asked for, and guessing it is slowed down: a token that was stolen is not enough to keep the account.</summary>
    private async Task<Results<Ok<TokenView>, ProblemHttpResult>> ChangePasswordAsync(PasswordBody body, HttpContext http)
    {
        var account = (await store.AccountAsync(Caller.Of(http.User).Account, http.RequestAborted))!;
        var fields = new Fields();
        fields.Require("old", body.Old is { Length: > 0 and <= Passwords.Longest } ? null : "missing or too long");
        fields.Require("new", Passwords.Fault(body.New, account.Email) ?? (body.New == body.Old ? "another one than the old" : null));
        if (fields.Problem() is { } problem) return problem;
        if (Refused(http, account.Email, account, body.Old!) is { } refused) return refused;
        var changed = account with { Stamp = NewStamp() };
        if (!await store.ChangePasswordAsync(account, passwords.Hash(body.New!), changed.Stamp, http.RequestAborted)) return Problems.Conflict("The account was changed meanwhile.", "Log in again.");
        var token = Issue(changed);
        if (http.Request.Cookies.ContainsKey(TokenHandler.Cookie)) http.Response.Cookies.Append(TokenHandler.Cookie, token.Token, CookieFor(http, token.ExpiresAt));
        return TypedResults.Ok(token);
    }

    /// <summary>Null: the password is the account's.</summary>
    private ProblemHttpResult? Refused(HttpContext http, string email, AccountRow? account, string password)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (guard.Wait(email, address) is { } wait)
        {
            http.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds)}";
            return Problems.Of(StatusCodes.Status429TooManyRequests, "E-AUTH-005", "Too many failed logins.", $"Try again in {Math.Ceiling(wait.TotalSeconds)} s.");
        }

        if (!passwords.IsOf(account is { Active: 1 } ? account : null, password))
        {
            guard.Failed(email, address);
            return Problems.Of(StatusCodes.Status401Unauthorized, "E-AUTH-004", "E-mail address or password is wrong, or the account is not active.");
        }

        guard.Succeeded(email);
        return null;
    }

    private async Task<Ok<TokenView>> RefreshAsync(HttpContext http) =>
        TypedResults.Ok(Issue((await store.AccountAsync(Caller.Of(http.User).Account, http.RequestAborted))!));

    private async Task<NoContent> LogOutAsync(HttpContext http)
    {
        await store.StampAsync(Caller.Of(http.User).Account, NewStamp(), http.RequestAborted);
        http.Response.Cookies.Delete(TokenHandler.Cookie);
        return TypedResults.NoContent();
    }

    private async Task<Ok<AccountView>> MeAsync(HttpContext http) =>
        TypedResults.Ok(View((await store.AccountAsync(Caller.Of(http.User).Account, http.RequestAborted))!));

    private AccountRow New(string name, string password) => new()
    {
        Id = Guid.CreateVersion7().ToString(), Name = name, Password = passwords.Hash(password), Active = 1, Stamp = NewStamp(),
    };

    internal static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private TokenView Issue(AccountRow account)
    {
        var expires = clock.GetUtcNow() + options.TokenLifetime;
        return new TokenView(jwt.Issue(new Token(account.Id, account.Stamp, expires)), expires, View(account));
    }

    private static CookieOptions CookieFor(HttpContext http, DateTimeOffset expires) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Expires = expires, Path = "/",
    };
}
