using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Service.Auth;

/// <summary>What an account may do: each role also what the ones before it may.</summary>
internal enum Role
{
    /// <summary>Sees all of its tenant, changes nothing.</summary>
    Viewer,

    /// <summary>Also creates, runs and cuts over.</summary>
    User,

    /// <summary>Also people and what cannot be taken back.</summary>
    Admin,
}

/// <summary>Who sent a request, as its token says and the store confirms.</summary>
/// <param name="Account">Whose rights it has.</param>
/// <param name="Tenant">The account's.</param>
/// <param name="Email">The account's.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Key">Name of the key a program logged in with; null: the person did.</param>
internal sealed record Caller(string Account, string Tenant, string Email, Role Role, string? Key = null)
{
    /// <summary>Policy of what programs may not do for a person: log in, and make more keys.</summary>
    public const string Person = "person";

    private const string TenantClaim = "tenant";

    private const string KeyClaim = "key";

    /// <summary>For the audit log.</summary>
    public string Actor => Key is null ? Email : $"{Email} (key {Key})";

    public static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier)!, user.FindFirstValue(TenantClaim)!, user.FindFirstValue(ClaimTypes.Email)!,
        Enum.Parse<Role>(user.FindFirstValue(ClaimTypes.Role)!), user.FindFirstValue(KeyClaim));

    /// <summary>Logged in by herself, or not at all.</summary>
    public static bool IsPerson(ClaimsPrincipal user) => user.FindFirstValue(KeyClaim) is null;

    /// <summary>Lets a route ask for its caller; one that anybody may call has none.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext http) => ValueTask.FromResult(http.User.Identity?.IsAuthenticated == true ? Of(http.User) : null);

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, Account), new Claim(TenantClaim, Tenant), new Claim(ClaimTypes.Email, Email),
            new Claim(ClaimTypes.Role, Role.ToString()), .. Key is null ? Array.Empty<Claim>() : [new Claim(KeyClaim, Key)],
        ],
        scheme));

    /// <summary>Reads a role's word.</summary>
    public static bool TryRole(string? word, out Role role) => Enum.TryParse(word, ignoreCase: true, out role) && Enum.IsDefined(role) && !char.IsAsciiDigit(word![0]);

    public static string Word(Role role) => role.ToString().ToLowerInvariant();
}
