using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>Says in one sentence why a server could not be reached or logged in to, and what to do. Never shows the password.</summary>
public static class PgConnectErrors
{
    /// <param name="error">What opening the connection threw.</param>
    /// <param name="side"><c>source</c> or <c>target</c>.</param>
    /// <param name="url">The URL that was used.</param>
    public static OrchestratorException Describe(Exception error, string side, string url)
    {
        if (error is OrchestratorException ours) return ours;
        var to = PgUrl.ToBuilder(url);
        var where = $"{side} {to.Host}:{to.Port}";
        var server = error as PostgresException ?? error.InnerException as PostgresException;
        var (code, message, fix) = server is not null
            ? FromServer(server, where, to)
            : FromClient(error, where, to);
        return new OrchestratorException(PgErrors.KindOf(error), code, $"{message} Nothing was changed.", fix, error);
    }

    private static (string Code, string Message, string Fix) FromServer(
        PostgresException server, string where, NpgsqlConnectionStringBuilder to) => server.SqlState switch
    {
        "28P01" => ("E-CONN-012", $"Cannot log in to {where} as {to.Username}: password refused.",
            "Check the user and the password in the URL; special characters must be percent-encoded."),
        "28000" => ("E-CONN-011", $"Cannot log in to {where} as {to.Username}: the server does not allow it.",
            "Create the role, or allow this user, database and address in pg_hba.conf and reload the server."),
        "3D000" => ("E-CONN-013", $"There is no database {to.Database} on {where}.",
            "Check the name at the end of the URL, or create the database."),
        "42501" => ("E-CONN-016", $"User {to.Username} may not connect to database {to.Database} on {where}.",
            $"GRANT CONNECT ON DATABASE {PgName.Quote(to.Database!)} TO {PgName.Quote(to.Username!)};"),
        "53300" => ("E-CONN-014", $"The {where} has no connection left.",
            "Close sessions or raise max_connections there."),
        "57P03" or "57P01" or "57P02" => ("E-CONN-015", $"The {where} is starting up or shutting down.", "Try again when it is up."),
        _ => ("E-CONN-019", $"Cannot connect to {where}: {SecretText.Mask(server.MessageText)} ({server.SqlState}).",
            "Read the server's log for the reason."),
    };

    private static (string Code, string Message, string Fix) FromClient(
        Exception error, string where, NpgsqlConnectionStringBuilder to)
    {
        var socket = Cause<SocketException>(error);
        if (socket is { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData })
            return ("E-CONN-001", $"Cannot find the {where}: the name is not known.", "Check the host name in the URL.");
        if (socket is { SocketErrorCode: SocketError.ConnectionRefused } || (socket is not null && to.Host!.StartsWith('/')))
            return ("E-CONN-002", $"Cannot connect to {where}: nothing listens there.", "Check host and port in the URL and that the server is up.");
        if (socket is { SocketErrorCode: SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable }
            || Cause<TimeoutException>(error) is not null)
            return ("E-CONN-003", $"Cannot reach {where}: no answer within {to.Timeout} s.", "Check the network, firewalls and the address; connect_timeout in the URL sets the wait.");
        if (Cause<AuthenticationException>(error) is not null)
            return ("E-CONN-004", $"The TLS connection to {where} failed: its certificate is not trusted or does not fit.",
                "Name the authority's certificate with sslrootcert in the URL, or the host name the certificate is made for.");
        if (error is NpgsqlException && error.InnerException is null && to.Password is null)
            return ("E-CONN-012", $"Cannot log in to {where} as {to.Username}: it wants a password and the URL has none.",
                "Put the password into the URL, best through the environment: SOURCE_DB_URL or TARGET_DB_URL.");
        return ("E-CONN-005", $"The connection to {where} failed: {SecretText.Mask(error.Message, to.Password ?? "").TrimEnd('.')}.",
            "Check that a PostgreSQL server answers there and that sslmode fits it.");
    }

    private static T? Cause<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
            if (error is T found) return found;
        return null;
    }
}
