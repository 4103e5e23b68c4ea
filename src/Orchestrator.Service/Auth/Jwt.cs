using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Service.Auth;

/// <summary>What a token says.</summary>
/// <param name="Account">Whose it is (<c>sub</c>).</param>
/// <param name="Stamp">The account's stamp when it was issued.</param>
/// <param name="Expires">From when on it is worthless (<c>exp</c>).</param>
internal sealed record Token(string Account, string Stamp, DateTimeOffset Expires);

/// <summary>
/// Tokens of one kind: HS256 and nothing else, whatever a token says of itself (RFC 7515, RFC 7519; RFC 8725 section 3.1).
/// </summary>
internal sealed class Jwt(byte[] key, TimeProvider clock)
{
    private const string Issuer = "orchestrator";

    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public string Issue(Token token)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = Issuer, ["aud"] = Issuer, ["sub"] = token.Account, ["stamp"] = token.Stamp,
            ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(), ["exp"] = token.Expires.ToUnixTimeSeconds(),
        });
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(signed))}";
    }

    /// <summary>Null: it is not one of ours, or is over. Why is nobody's business.</summary>
    public Token? Read(string text)
    {
        var parts = text.Split('.');
        // The header is compared, not interpreted: there is no algorithm, key or extension to choose.
        if (parts.Length != 3 || parts[0] != Header) return null;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(parts[2]), Sign($"{parts[0]}.{parts[1]}"))) return null;
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            var expires = DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64());
            var isOurs = root.GetProperty("iss").GetString() == Issuer && root.GetProperty("aud").GetString() == Issuer;
            return isOurs && expires > clock.GetUtcNow() ? new Token(root.GetProperty("sub").GetString()!, root.GetProperty("stamp").GetString()!, expires) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text));
}
