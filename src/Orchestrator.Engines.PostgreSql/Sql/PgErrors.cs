using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>
/// What PostgreSQL's errors mean for us, by SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html) and
/// exception type, never by message text, which is translated.
/// </summary>
public static class PgErrors
{
    private static readonly Dictionary<string, ErrorKind> ByState = new(StringComparer.Ordinal)
    {
        ["40001"] = ErrorKind.Transient, // serialization_failure
        ["40003"] = ErrorKind.Transient, // statement_completion_unknown: the checkpoint decides
        ["40P01"] = ErrorKind.Transient, // deadlock_detected
        ["53000"] = ErrorKind.Transient, // insufficient_resources
        ["53200"] = ErrorKind.Transient, // out_of_memory
        ["53300"] = ErrorKind.Transient, // too_many_connections
        ["55006"] = ErrorKind.Transient, // object_in_use: our slot, until the server notices the old connection is gone
        ["55P03"] = ErrorKind.Transient, // lock_not_available
        ["57014"] = ErrorKind.Transient, // query_canceled: a statement timeout or an administrator; our own cancels are OperationCanceledException
        ["57P01"] = ErrorKind.Transient, // admin_shutdown
        ["57P02"] = ErrorKind.Transient, // crash_shutdown
        ["57P03"] = ErrorKind.Transient, // cannot_connect_now
        ["57P05"] = ErrorKind.Transient, // idle_session_timeout
        ["25P03"] = ErrorKind.Transient, // idle_in_transaction_session_timeout
        ["XX000"] = ErrorKind.Transient, // internal_error: "tuple concurrently updated" is one; retries are bounded
        ["25006"] = ErrorKind.Configuration, // read_only_sql_transaction
        ["42501"] = ErrorKind.Configuration, // insufficient_privilege
        ["42P01"] = ErrorKind.Data, // undefined_table: the structure changed under us
        ["42P07"] = ErrorKind.Data, // duplicate_table
        ["42703"] = ErrorKind.Data, // undefined_column
        ["42704"] = ErrorKind.Data, // undefined_object
        ["42710"] = ErrorKind.Data, // duplicate_object
        ["42883"] = ErrorKind.Data, // undefined_function
    };

    private static readonly Dictionary<string, ErrorKind> ByClass = new(StringComparer.Ordinal)
    {
        ["08"] = ErrorKind.Transient, // connection exception
        ["0A"] = ErrorKind.Configuration, // feature not supported
        ["21"] = ErrorKind.Data,
        ["22"] = ErrorKind.Data,
        ["23"] = ErrorKind.Data,
        ["28"] = ErrorKind.Configuration, // authorization
        ["3D"] = ErrorKind.Configuration, // database
        ["3F"] = ErrorKind.Configuration, // schema
        ["53"] = ErrorKind.Configuration, // disk full, limits: somebody must make room
        ["54"] = ErrorKind.Data, // program limits, e.g. an index row too large
        ["55"] = ErrorKind.Configuration, // object not in prerequisite state, e.g. slot lost
        ["58"] = ErrorKind.Configuration, // system error: disk, file
        ["P0"] = ErrorKind.Data, // raised by a trigger or function of the user's
        ["XX"] = ErrorKind.Data, // corrupted data or index
    };

    public static ErrorKind KindOf(string sqlState)
    {
        if (ByState.TryGetValue(sqlState, out var kind)) return kind;
        return sqlState.Length == 5 && ByClass.TryGetValue(sqlState[..2], out kind) ? kind : ErrorKind.Bug;
    }

    public static ErrorKind KindOf(Exception error) => error switch
    {
        OrchestratorException ours => ours.Kind,
        PostgresException server => KindOf(server.SqlState),
        NpgsqlException { InnerException: AuthenticationException } => ErrorKind.Configuration,
        NpgsqlException { InnerException: PostgresException server } => KindOf(server.SqlState),
        NpgsqlException { InnerException: not null } or SocketException or TimeoutException => ErrorKind.Transient,
        IOException { InnerException: SocketException } or EndOfStreamException => ErrorKind.Transient,
        NpgsqlException client => client.IsTransient ? ErrorKind.Transient : ErrorKind.Configuration,
        _ => ErrorKind.Bug,
    };

    /// <summary>May go away by itself: a lost connection, a restarting server, a deadlock, a lock timeout.</summary>
    public static bool IsTransient(Exception error) => KindOf(error) == ErrorKind.Transient;

    /// <summary>An error of any statement, with the code <c>E-PG-&lt;SQLSTATE&gt;</c>.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="doing">What failed and where, as the subject of the sentence: <c>Building index a_idx on the target</c>.</param>
    public static OrchestratorException Describe(Exception error, string doing)
    {
        if (error is OrchestratorException ours) return ours;
        var server = error as PostgresException ?? error.InnerException as PostgresException;
        var what = SecretText.Mask(server?.MessageText ?? error.Message).TrimEnd('.');
        var state = server?.SqlState;
        // For data, the server's context says where it was: table, line and column of a COPY.
        if (state is not null && KindOf(state) == ErrorKind.Data && server?.Where is { Length: > 0 } where)
            what += $" ({SecretText.Mask(where.Split('\n')[0])})";
        if (state is null && KindOf(error) == ErrorKind.Bug)
            return new OrchestratorException(ErrorKind.Bug, "E-BUG-001", $"{doing} failed: {error.GetType().Name}: {what}.", "This is our mistake: please report it. The run can be resumed.", error);
        return new OrchestratorException(
            KindOf(error), state is null ? "E-PG-CONN" : $"E-PG-{state}", $"{doing} failed: {what}.", FixOf(state), error)
        {
            Table = server?.TableName is { } table ? $"{server.SchemaName}.{table}" : null,
            Column = server?.ColumnName,
        };
    }

    private static string FixOf(string? state) => state switch
    {
        "53100" => "The server's disk is full: make room, then resume the run.",
        "53300" => "The server has no connection left: raise max_connections or lower --parallel-workers.",
        "25006" => "The server is read-only (a standby, or default_transaction_read_only): use the primary.",
        "42501" => "Grant the missing right to the role in the URL, then resume the run.",
        "55P03" => "Another session holds the lock too long: end it, then resume the run.",
        null => "Check that the server is up and reachable, then resume the run.",
        _ => "",
    };
}
