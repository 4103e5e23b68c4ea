using Npgsql;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>
/// Opens sessions on one database with every setting pinned that changes what a value looks like or how long a
/// statement may take, so that both sides and load and CDC speak the same text (CASES PP4).
/// </summary>
public sealed class PgSession : IAsyncDisposable
{
    /// <summary>
    /// Settings of every session of ours; also given to walsenders. <c>synchronous_commit</c>: the source forgets what we
    /// acknowledge, so an acknowledged commit must have survived a crash of the target (CASES C17). <c>tcp_keepalives</c>: the
    /// server notices within a minute that we are gone; see <see cref="PgSocketWatch"/> for the other direction.
    /// </summary>
    internal const string Pinned =
        "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex "
        + "-c lc_monetary=C -c xmloption=content -c search_path=pg_catalog -c statement_timeout=0 -c lock_timeout=0 "
        + "-c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off -c row_security=off -c jit=off -c synchronous_commit=on "
        + "-c array_nulls=on -c standard_conforming_strings=on -c transform_null_equals=off "
        + "-c default_transaction_isolation=read\\ committed -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=9";

    /// <summary>More than one run borrows at a time: 64 sessions to copy, as many to compare, and what its phases ask.</summary>
    private const int MostBorrowed = 256;

    /// <summary>Seconds a borrowed session waits for its next use; how often the pool looks for those that waited longer.</summary>
    private const int IdleSeconds = 10, LookSeconds = 5;

    private readonly NpgsqlDataSource _own;
    private readonly NpgsqlDataSource _borrowed;

    /// <param name="connectionString">Npgsql form, see <see cref="PgUrl"/>.</param>
    /// <param name="purpose">Shown in <c>pg_stat_activity.application_name</c> after <c>orchestrator</c>.</param>
    public PgSession(string connectionString, string purpose)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = $"orchestrator {purpose}",
            Options = Pinned,
            Pooling = false,
            Enlist = false,
            CommandTimeout = 0,
            // They quote values of the row at fault: without them nobody finds it (docs/errors.md).
            IncludeErrorDetail = true,
            IncludeFailedBatchedCommand = true,
            WriteBufferSize = 128 * 1024,
            ReadBufferSize = 128 * 1024,
        };
        ConnectionString = builder.ConnectionString;
        Host = builder.Host ?? "localhost";
        Port = builder.Port;
        Database = builder.Database ?? "";
        _own = NpgsqlDataSource.Create(builder);
        builder.Pooling = true;
        builder.MaxPoolSize = MostBorrowed;
        builder.ConnectionIdleLifetime = IdleSeconds;
        builder.ConnectionPruningInterval = LookSeconds;
        _borrowed = NpgsqlDataSource.Create(builder);
    }

    /// <summary>With the pinned settings; a secret.</summary>
    public string ConnectionString { get; }

    public string Host { get; }

    public int Port { get; }

    public string Database { get; }

    /// <summary>
    /// A session of its own, new, ended when it is disposed: for one that stays open, or that must be new, or that leaves something
    /// behind which only its end takes away (a temporary slot, LISTEN).
    /// </summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = await _own.OpenConnectionAsync(ct);
        PgSocketWatch.Add(connection);
        return connection;
    }

    /// <summary>
    /// A session for some statements or a transaction, perhaps used before and reset since (<c>DISCARD ALL</c>): logging in costs both
    /// sides 20 ms of processor time, and a far network several round trips (https://www.npgsql.org/doc/performance.html#pooled-connection-reset).
    /// One that the server ended while it was idle is not handed out.
    /// </summary>
    public async Task<NpgsqlConnection> BorrowAsync(CancellationToken ct)
    {
        var connection = await _borrowed.OpenConnectionAsync(ct);
        if (!PgSocketWatch.IsQuiet(connection))
        {
            // The others that are idle are those of the same server; what is in use is ended when it comes back.
            _borrowed.Clear();
            await connection.DisposeAsync();
            connection = await _borrowed.OpenConnectionAsync(ct);
        }

        PgSocketWatch.Add(connection);
        return connection;
    }

    /// <summary>
    /// A session in which the target's triggers and foreign keys do not fire: the role of a replica
    /// (https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-SESSION-REPLICATION-ROLE).
    /// </summary>
    public async Task<NpgsqlConnection> OpenReplicaRoleAsync(CancellationToken ct) => await BecomeReplicaAsync(await OpenAsync(ct), ct);

    /// <summary><see cref="BorrowAsync"/> in the role of <see cref="OpenReplicaRoleAsync"/>, which ends when it is given back.</summary>
    public async Task<NpgsqlConnection> BorrowReplicaRoleAsync(CancellationToken ct) => await BecomeReplicaAsync(await BorrowAsync(ct), ct);

    /// <summary>Borrows a session for one statement.</summary>
    public async Task RunAsync(string sql, CancellationToken ct)
    {
        await using var connection = await BorrowAsync(ct);
        await connection.RunAsync(sql, ct);
    }

    public async Task<T?> ScalarAsync<T>(string sql, CancellationToken ct)
    {
        await using var connection = await BorrowAsync(ct);
        return await connection.ScalarAsync<T>(sql, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        await _borrowed.DisposeAsync();
    }

    private static async Task<NpgsqlConnection> BecomeReplicaAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            // What this session locks, a server that lost us must let go: the next try waits for it (CASES C18).
            await connection.RunAsync("SET session_replication_role = replica; SET tcp_user_timeout = '60s'", ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
