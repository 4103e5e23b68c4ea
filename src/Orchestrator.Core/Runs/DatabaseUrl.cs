using Orchestrator.Core.Errors;

namespace Orchestrator.Core.Runs;

/// <summary>
/// A database URL taken apart: <c>scheme://user:password@host:port/database?key=value&amp;...</c>, every part
/// percent-decoded. What the parameters mean is the engine's business. <see cref="ToString"/> hides the password.
/// </summary>
public sealed class DatabaseUrl
{
    private DatabaseUrl(string scheme) => Scheme = scheme;

    /// <summary>In lower case, e.g. <c>postgresql</c>.</summary>
    public string Scheme { get; }

    public string? User { get; private init; }

    /// <summary>A secret.</summary>
    public string? Password { get; private init; }

    /// <summary>Name, address (IPv6 without brackets) or, when percent-encoded, a socket directory; empty if the URL has none.</summary>
    public string Host { get; private init; } = "";

    public int? Port { get; private init; }

    public string Database { get; private init; } = "";

    /// <summary>Query parameters in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; private init; } = [];

    /// <summary>What must not be shown: the password before the host, and one given as a parameter.</summary>
    public IEnumerable<string> Secrets =>
        Parameters.Where(p => p.Key == "password").Select(p => p.Value).Concat(Password is null ? [] : [Password]);

    /// <exception cref="OrchestratorException">Configuration <c>E-CFG-002</c>: not a database URL; says which part is wrong, never shows the password.</exception>
    public static DatabaseUrl Parse(string text)
    {
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 1) throw Bad("it does not start with scheme://");
        var rest = text[(schemeEnd + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal)) throw Bad("a # must be written %23");
        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, path) = Cut(beforeQuery, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? (null, null) : Cut(authority[..at], ':');
        if (path?.Contains('@', StringComparison.Ordinal) == true)
            throw Bad("there is an @ after the host; a / or @ inside the password must be written %2F or %40");
        var (host, port) = HostAndPort(authority[(at + 1)..]);
        return new DatabaseUrl(text[..schemeEnd].ToLowerInvariant())
        {
            User = user is null ? null : Decode(user, "user"),
            Password = password is null ? null : Decode(password, "password"),
            Host = Decode(host, "host"),
            Port = port,
            Database = Decode(path ?? "", "database"),
            Parameters = ParametersOf(query),
        };
    }

    /// <summary>For people: the password hidden, the parameters left out.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var user = User is null ? "" : Password is null ? User + "@" : $"{User}:{SecretText.Hidden}@";
        return $"{Scheme}://{user}{host}{(Port is { } port ? $":{port}" : "")}/{Database}";
    }

    private static (string Host, int? Port) HostAndPort(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal)) throw Bad("it names several hosts; name the one to use");
        string host;
        var tail = "";
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !System.Net.IPAddress.TryParse(text[1..end], out _)) throw Bad("the IPv6 address is not [address]");
            (host, tail) = (text[1..end], text[(end + 1)..]);
            if (tail.Length > 0 && tail[0] != ':') throw Bad("something else than :port follows the IPv6 address");
            tail = tail.Length > 0 ? tail[1..] : "";
        }
        else
        {
            var (name, portText) = Cut(text, ':');
            (host, tail) = (name, portText ?? "");
        }

        if (tail.Length == 0) return (host, null);
        return int.TryParse(tail, System.Globalization.NumberStyles.None, null, out var port) && port is > 0 and < 65536
            ? (host, port)
            : throw Bad("the port is not a number from 1 to 65535");
    }

    private static List<KeyValuePair<string, string>> ParametersOf(string? query)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(part, '=');
            if (value is null) throw Bad($"parameter '{SecretText.Mask(key)}' has no value");
            parameters.Add(new(Decode(key, "parameter name"), Decode(value, $"parameter {key}")));
        }

        return parameters;
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var i = text.IndexOf(at, StringComparison.Ordinal);
        return i < 0 ? (text, null) : (text[..i], text[(i + 1)..]);
    }

    private static string Decode(string text, string part)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw Bad($"the {part} has a % that starts no two-digit code; write %25 for %");
        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Bad($"the {part} holds a zero byte") : decoded;
    }

    private static OrchestratorException Bad(string what) => new(
        ErrorKind.Configuration, "E-CFG-002", $"The database URL cannot be read: {what}.",
        "Write it as postgresql://user:password@host:5432/database?sslmode=require.");
}
