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

    private readonly NpgsqlDataSource _source;

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
        _source = NpgsqlDataSource.Create(builder);
    }

    /// <summary>With the pinned settings; a secret.</summary>
    public string ConnectionString { get; }

    public string Host { get; }

    public int Port { get; }

    public string Database { get; }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = await _source.OpenConnectionAsync(ct);
        PgSocketWatch.Add(connection);
        return connection;
    }

    /// <summary>
    /// A session in which the target's triggers and foreign keys do not fire: the role of a replica
    /// (https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-SESSION-REPLICATION-ROLE).
    /// </summary>
    public async Task<NpgsqlConnection> OpenReplicaRoleAsync(CancellationToken ct)
    {
        var connection = await OpenAsync(ct);
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

    /// <summary>Opens a session, runs one statement, closes it.</summary>
    public async Task RunAsync(string sql, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await connection.RunAsync(sql, ct);
    }

    public async Task<T?> ScalarAsync<T>(string sql, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        return await connection.ScalarAsync<T>(sql, ct);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
