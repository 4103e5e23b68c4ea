using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Native;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>
/// Reads <c>mysql://user:password@host:3306/database?sslmode=...</c> and <c>mariadb://...</c>. Several databases are named
/// by commas: <c>/shop,billing</c>. A socket is written as host, percent-encoded: <c>%2Frun%2Fmysqld%2Fmysqld.sock</c>.
/// </summary>
public sealed class MySqlUrl
{
    private static readonly Dictionary<string, TlsMode> SslModes = new(StringComparer.Ordinal)
    {
        ["disable"] = TlsMode.Disable, ["prefer"] = TlsMode.Prefer, ["require"] = TlsMode.Require, ["verify-full"] = TlsMode.Verify,
    };

    private MySqlUrl(NativeAddress address, IReadOnlyList<string> databases) => (Address, Databases) = (address, databases);

    internal NativeAddress Address { get; }

    /// <summary>What is moved, at least one.</summary>
    public IReadOnlyList<string> Databases { get; }

    /// <summary>For people: <c>host:port/database</c>, no user, no password.</summary>
    public string Display => $"{Address.Host}:{Address.Port}/{string.Join(',', Databases)}";

    /// <summary>The URL is this engine's.</summary>
    public static bool IsMine(string url) =>
        url.StartsWith("mysql://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("mariadb://", StringComparison.OrdinalIgnoreCase);

    /// <summary>A mode as it stands in URLs; null for the default.</summary>
    internal static string? NameOf(TlsMode mode) => mode == TlsMode.Prefer ? null : SslModes.First(m => m.Value == mode).Key;

    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-CFG-002</c> unreadable, <c>E-CFG-003</c> unknown parameter, <c>E-CFG-004</c> bad value, <c>E-CFG-005</c> part missing.
    /// </exception>
    public static MySqlUrl Parse(string url)
    {
        var parsed = DatabaseUrl.Parse(url);
        if (parsed.Scheme is not ("mysql" or "mariadb"))
            throw Refuse("E-CFG-002", $"The scheme {parsed.Scheme}:// is not known.", "Write mysql:// or mariadb://.");
        var databases = parsed.Database.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Require(parsed.Host, "host");
        Require(parsed.User, "user");
        Require(databases.Length > 0 ? "named" : "", "database");
        var values = Values(parsed);
        return new MySqlUrl(
            new NativeAddress(
                parsed.Host, parsed.Port ?? 3306, parsed.User!, parsed.Password, Tls(values), values.GetValueOrDefault("sslrootcert"),
                values.GetValueOrDefault("sslcert"), values.GetValueOrDefault("sslkey"), ConnectTimeout(values)),
            databases);
    }

    private static Dictionary<string, string> Values(DatabaseUrl url)
    {
        string[] known = ["sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout"];
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in url.Parameters)
        {
            if (!known.Contains(key)) throw Refuse("E-CFG-003", $"The URL parameter '{key}' is not known.", $"Known are {string.Join(", ", known)}.");
            if (!values.TryAdd(key, value)) throw Refuse("E-CFG-004", $"The URL parameter '{key}' stands there twice.", "Keep one.");
        }

        return values;
    }

    private static TlsMode Tls(Dictionary<string, string> values)
    {
        if (!values.TryGetValue("sslmode", out var text)) return TlsMode.Prefer;
        return SslModes.TryGetValue(text, out var mode)
            ? mode
            : throw Refuse("E-CFG-004", $"The URL parameter sslmode is '{text}'.", $"It takes {string.Join(", ", SslModes.Keys)}.");
    }

    private static TimeSpan ConnectTimeout(Dictionary<string, string> values)
    {
        if (!values.TryGetValue("connect_timeout", out var text)) return TimeSpan.FromSeconds(15);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 1024
            ? TimeSpan.FromSeconds(seconds)
            : throw Refuse("E-CFG-004", $"The URL parameter connect_timeout is '{text}'.", "It takes a number from 1 to 1024.");
    }

    private static void Require(string? value, string part)
    {
        if (string.IsNullOrEmpty(value))
            throw Refuse("E-CFG-005", $"The database URL names no {part}.", "Write it as mysql://user:password@host:3306/database.");
    }

    private static OrchestratorException Refuse(string code, string message, string fix) => new(ErrorKind.Configuration, code, message, fix);
}
