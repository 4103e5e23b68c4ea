using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Native;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>
/// What errors of a MySQL or MariaDB server mean for us, by number
/// (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html), never by message text.
/// </summary>
internal static class MySqlErrors
{
    private static readonly Dictionary<uint, ErrorKind> ByNumber = new()
    {
        [1040] = ErrorKind.Transient, // too many connections
        [1053] = ErrorKind.Transient, // server shutdown in progress
        [1077] = ErrorKind.Transient, // normal shutdown
        [1159] = ErrorKind.Transient, // network read timeout
        [1160] = ErrorKind.Transient, // network write error
        [1161] = ErrorKind.Transient, // network write timeout
        [1203] = ErrorKind.Transient, // the account has too many connections
        [1205] = ErrorKind.Transient, // lock wait timeout
        [1213] = ErrorKind.Transient, // deadlock
        [1226] = ErrorKind.Transient, // the account's own limit is reached
        [1317] = ErrorKind.Transient, // query interrupted by somebody
        [1927] = ErrorKind.Transient, // connection was killed
        [1969] = ErrorKind.Transient, // max_statement_time exceeded
        [3024] = ErrorKind.Transient, // max_execution_time exceeded
        [1412] = ErrorKind.Transient, // table definition has changed, please retry transaction: a DDL since the snapshot
        [1044] = ErrorKind.Configuration, // access denied for database
        [1045] = ErrorKind.Configuration, // access denied for user
        [1049] = ErrorKind.Configuration, // unknown database
        [1142] = ErrorKind.Configuration, // command denied on table
        [1227] = ErrorKind.Configuration, // privilege needed
        [1290] = ErrorKind.Configuration, // read_only
        [1698] = ErrorKind.Configuration, // access denied (socket authentication)
        [1820] = ErrorKind.Configuration, // password expired
        [1862] = ErrorKind.Configuration, // password expired
        [3118] = ErrorKind.Configuration, // account locked
        [4151] = ErrorKind.Configuration, // account locked (MariaDB)
        [1236] = ErrorKind.Data, // the binary log cannot be read from there
        [1146] = ErrorKind.Data, // no such table: the structure changed under us
        [1054] = ErrorKind.Data, // unknown column
    };

    /// <summary>The server's number of an error that <see cref="Describe"/> made; 0 for any other.</summary>
    public static uint NumberOf(OrchestratorException error) => error.InnerException is NativeError native ? native.Number : 0;

    private static ErrorKind KindOf(Exception error) => error switch
    {
        OrchestratorException ours => ours.Kind,
        NativeError { Number: 0 } => ErrorKind.Transient,
        // The client library's own: lost, refused, reset. 2026 and 2059-2061 are TLS and login methods.
        NativeError { Number: 2026 or 2058 or 2059 or 2060 or 2061 } => ErrorKind.Configuration,
        NativeError { Number: >= 2000 and < 3000 or >= 5000 and < 5100 } => ErrorKind.Transient,
        NativeError server => ByNumber.GetValueOrDefault(server.Number, ErrorKind.Data),
        DllNotFoundException => ErrorKind.Configuration,
        _ => ErrorKind.Bug,
    };

    /// <summary>An error of any statement, with the code <c>E-MY-&lt;number&gt;</c>.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="doing">What failed and where, as the subject of the sentence.</param>
    public static OrchestratorException Describe(Exception error, string doing) => error switch
    {
        OrchestratorException ours => ours,
        DllNotFoundException => new OrchestratorException(
            ErrorKind.Configuration, "E-MY-LIB", "The client library libmariadb.so.3 is not installed on this machine.",
            "Install MariaDB Connector/C (Debian: libmariadb3), then start again.", error),
        NativeError server => new OrchestratorException(
            KindOf(server), $"E-MY-{server.Number}", $"{doing} failed: {SecretText.Mask(server.Message).TrimEnd('.')}.", FixOf(server.Number), server),
        _ => new OrchestratorException(KindOf(error), "E-BUG-001", $"{doing} failed: {SecretText.Mask(error.Message).TrimEnd('.')}.", "", error),
    };

    private static string FixOf(uint number) => number switch
    {
        0 or (>= 2000 and < 2100) => "Check that the server is up and reachable, then resume the run.",
        1040 or 1203 or 1226 => "The server has no connection left: raise max_connections or lower --parallel-workers.",
        1044 or 1045 or 1142 or 1227 => "Grant the missing right to the account in the URL, then resume the run.",
        1290 => "The server is read-only: use the primary.",
        _ => "",
    };
}
