using System.Globalization;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>
/// Turns a PostgreSQL URL into what Npgsql and PostgreSQL's own programs take. Parameters are those of libpq
/// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS) that make sense here; anything else is
/// refused, so no URL can reach into the driver (log parameters, read files, load balance to another server).
/// </summary>
public static class PgUrl
{
    private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    private static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> Parameters =
        new(StringComparer.Ordinal)
        {
            ["sslmode"] = (b, v) => b.SslMode = SslModeOf(v),
            ["sslrootcert"] = (b, v) => b.RootCertificate = v,
            ["sslcert"] = (b, v) => b.SslCertificate = v,
            ["sslkey"] = (b, v) => b.SslKey = v,
            ["connect_timeout"] = (b, v) => b.Timeout = Number("connect_timeout", v, 1, 1024),
            ["application_name"] = (b, v) => b.ApplicationName = v,
            ["host"] = (b, v) => b.Host = SingleHost(v),
            ["port"] = (b, v) => b.Port = Number("port", v, 1, 65535),
            ["user"] = (b, v) => b.Username = v,
            ["password"] = (b, v) => b.Password = v,
            ["dbname"] = (b, v) => b.Database = v,
        };

    /// <summary>Names of the URL parameters that are understood.</summary>
    public static IReadOnlyCollection<string> ParameterNames => Parameters.Keys;

    /// <summary>
    /// The Npgsql connection string: no command timeout (a copy or an index build may take hours; limits are set where
    /// they are wanted), TCP keep-alive so that a dead peer is noticed.
    /// </summary>
    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-CFG-002</c> unreadable, <c>E-CFG-003</c> unknown parameter, <c>E-CFG-004</c> bad value, <c>E-CFG-005</c> part missing.
    /// </exception>
    public static string ToConnectionString(string url) => ToBuilder(url).ConnectionString;

    /// <inheritdoc cref="ToConnectionString"/>
    public static NpgsqlConnectionStringBuilder ToBuilder(string url)
    {
        var parsed = DatabaseUrl.Parse(url);
        if (parsed.Scheme is not ("postgresql" or "postgres"))
            throw Refuse("E-CFG-002", $"The scheme {parsed.Scheme}:// is not known.", "Write postgresql:// or postgres://.");
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = parsed.Host.Length > 0 ? parsed.Host : null,
            Port = parsed.Port ?? 5432,
            Username = parsed.User,
            Password = parsed.Password,
            Database = parsed.Database.Length > 0 ? parsed.Database : null,
            ApplicationName = "orchestrator",
            CommandTimeout = 0,
            PersistSecurityInfo = false,
            Enlist = false,
        };
        Apply(parsed, builder);
        // A unix socket refuses TCP settings: the connection itself would fail.
        if (builder.Host?.StartsWith('/') == false)
            (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, PgSocketWatch.KeepAliveTime, PgSocketWatch.KeepAliveInterval);
        Require(builder.Host, "host");
        Require(builder.Username, "user");
        Require(builder.Database, "database");
        return builder;
    }

    /// <summary>
    /// Environment of PostgreSQL's own programs (pg_dump, pg_restore, psql): nothing secret stands on a command line,
    /// where every user of the machine can read it. What the connection string leaves open is open for them too.
    /// </summary>
    /// <param name="connectionString">As <see cref="ToConnectionString"/> gives it.</param>
    public static IReadOnlyDictionary<string, string> ToEnvironment(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = builder.Host!,
            ["PGPORT"] = builder.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = builder.Username!,
            ["PGDATABASE"] = builder.Database!,
            ["PGAPPNAME"] = builder.ApplicationName!,
            ["PGCONNECT_TIMEOUT"] = builder.Timeout.ToString(CultureInfo.InvariantCulture),
            ["PGSSLMODE"] = SslModes[(int)builder.SslMode],
        };
        if (builder.Password is { } password) environment["PGPASSWORD"] = password;
        if (builder.RootCertificate is { } root) environment["PGSSLROOTCERT"] = root;
        if (builder.SslCertificate is { } certificate) environment["PGSSLCERT"] = certificate;
        if (builder.SslKey is { } key) environment["PGSSLKEY"] = key;
        return environment;
    }

    /// <summary>The database as another program is told of it.</summary>
    /// <param name="url">Checked.</param>
    /// <param name="slot">The run's slot.</param>
    public static LogEndpoint ToEndpoint(string url, string slot)
    {
        var builder = ToBuilder(url);
        return new LogEndpoint(LogKind.PostgreSql, builder.Host!, builder.Port, builder.Database!, builder.Username!, builder.Password ?? "")
        {
            TlsMode = DatabaseUrl.Parse(url).Parameters.Any(p => p.Key == "sslmode") ? SslModes[(int)builder.SslMode] : null,
            Slot = slot,
        };
    }

    /// <summary>For people: <c>host:port/database</c>, no user, no password.</summary>
    public static string Display(string url)
    {
        var builder = ToBuilder(url);
        return $"{builder.Host}:{builder.Port}/{builder.Database}";
    }

    private static void Apply(DatabaseUrl url, NpgsqlConnectionStringBuilder builder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in url.Parameters)
        {
            if (!Parameters.TryGetValue(key, out var apply))
                throw Refuse("E-CFG-003", $"The URL parameter '{key}' is not known.", $"Known are {string.Join(", ", Parameters.Keys)}.");
            if (!seen.Add(key)) throw Refuse("E-CFG-004", $"The URL parameter '{key}' stands there twice.", "Keep one.");
            apply(builder, value);
        }
    }

    private static SslMode SslModeOf(string text)
    {
        var i = Array.IndexOf(SslModes, text);
        return i >= 0
            ? (SslMode)i
            : throw Refuse("E-CFG-004", $"The URL parameter sslmode is '{text}'.", $"It takes {string.Join(", ", SslModes)}.");
    }

    private static int Number(string key, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Refuse("E-CFG-004", $"The URL parameter {key} is '{text}'.", $"It takes a number from {least} to {most}.");

    private static string SingleHost(string text) => text.Contains(',', StringComparison.Ordinal)
        ? throw Refuse("E-CFG-004", "The URL parameter host names several hosts.", "Name the one to use.")
        : text;

    private static void Require(string? value, string part)
    {
        if (string.IsNullOrEmpty(value))
            throw Refuse("E-CFG-005", $"The database URL names no {part}.", "Write it as postgresql://user:password@host:5432/database.");
    }

    private static OrchestratorException Refuse(string code, string message, string fix) =>
        new(ErrorKind.Configuration, code, message, fix);
}
