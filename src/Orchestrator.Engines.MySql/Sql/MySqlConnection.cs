using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Native;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>
/// A session with every setting pinned that changes what a value looks like. Calls block the driver, so each runs on a
/// thread of the pool; a token that fires ends the connection with what it does.
/// </summary>
internal sealed class MySqlConnection : IDisposable
{
    private MySqlConnection(NativeConnection native) => (Native, Version) = (native, ServerVersion.Parse(native.ServerVersion));

    public NativeConnection Native { get; }

    public ServerVersion Version { get; }

    /// <summary>MariaDB; otherwise MySQL.</summary>
    public bool IsMariaDb => Version.IsMariaDb;

    /// <summary>Opens a session.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="ct">Stops the opening as soon as the driver gives up, at the latest after the connect timeout.</param>
    /// <param name="silence">Longest silence of the server within one answer; null: as long as it takes.</param>
    public static Task<MySqlConnection> OpenAsync(NativeAddress address, CancellationToken ct, TimeSpan? silence = null) => Task.Run(
        () =>
        {
            MySqlConnection? connection = null;
            try
            {
                connection = new MySqlConnection(NativeConnection.Open(address, silence));
                foreach (var statement in Pinned(connection.IsMariaDb)) connection.Native.Run(statement);
                ct.ThrowIfCancellationRequested();
                return connection;
            }
            catch (Exception e)
            {
                connection?.Dispose();
                if (e is NativeError or DllNotFoundException) throw MySqlErrors.Describe(e, "Connecting to the source");
                throw;
            }
        },
        ct);

    public Task RunAsync(string sql, CancellationToken ct) => DoAsync(() => Native.Run(sql), ct);

    /// <summary>All rows, every value as text; null for NULL.</summary>
    public async Task<List<string?[]>> RowsAsync(string sql, CancellationToken ct)
    {
        var list = new List<string?[]>();
        await ForEachAsync(sql, list.Add, ct);
        return list;
    }

    /// <summary>As <see cref="RowsAsync"/>, row by row as they come.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="take">Takes a row.</param>
    /// <param name="ct">Breaks the connection.</param>
    /// <param name="bytes">Columns whose values are no text: they come as hexadecimal digits; null: none.</param>
    public Task ForEachAsync(string sql, Action<string?[]> take, CancellationToken ct, IReadOnlyList<bool>? bytes = null) => DoAsync(() => ForEach(sql, take, bytes), ct);

    /// <summary>First column of the first row; null if there is none.</summary>
    public async Task<string?> ScalarAsync(string sql, CancellationToken ct) => await RowsAsync(sql, ct) is [var first, ..] ? first[0] : null;

    /// <summary>Runs blocking work of the driver; cancelling breaks the connection.</summary>
    /// <exception cref="OrchestratorException">What the server said; its number is <see cref="MySqlErrors.NumberOf"/>.</exception>
    public async Task<T> DoAsync<T>(Func<T> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using var abort = ct.Register(Native.Abort);
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        catch (NativeError) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (NativeError e)
        {
            throw MySqlErrors.Describe(e, "A statement on the source");
        }
    }

    public Task DoAsync(Action work, CancellationToken ct) => DoAsync(
        () =>
        {
            work();
            return true;
        },
        ct);

    public void Dispose() => Native.Dispose();

    private void ForEach(string sql, Action<string?[]> take, IReadOnlyList<bool>? bytes)
    {
        using var rows = Native.Query(sql);
        if (rows is null) return;
        while (rows.Next())
        {
            var values = new string?[rows.ColumnCount];
            for (var i = 0; i < values.Length; i++) values[i] = rows.IsNull(i) ? null : bytes is not null && bytes[i] ? Convert.ToHexStringLower(rows.Value(i)) : Encoding.UTF8.GetString(rows.Value(i));
            take(values);
        }
    }

    /// <summary>
    /// The time zone makes TIMESTAMP values come in UTC (CASES MP6); the modes keep backslashes and quotes what they are in our
    /// own statements and let dates be read that are none; the server must wait for a target that is slow to take rows.
    /// </summary>
    private static IEnumerable<string> Pinned(bool mariaDb) =>
    [
        "SET NAMES utf8mb4",
        "SET SESSION time_zone = '+00:00', sql_mode = 'NO_BACKSLASH_ESCAPES,ALLOW_INVALID_DATES', autocommit = 1, "
            + "net_write_timeout = 31536000, net_read_timeout = 3600, wait_timeout = 86400, lock_wait_timeout = 3600, "
            + "group_concat_max_len = 1073741824, sql_select_limit = 18446744073709551615, sql_auto_is_null = 0",
        mariaDb
            ? "SET SESSION max_statement_time = 0, tx_isolation = 'REPEATABLE-READ'"
            : "SET SESSION max_execution_time = 0, transaction_isolation = 'REPEATABLE-READ', information_schema_stats_expiry = 0",
    ];
}
