using System.Net.Sockets;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>One row of a catalog query, every value in PostgreSQL's own text form; NULL reads as the empty text.</summary>
internal readonly record struct PgRow(string?[] Values)
{
    public string this[int column] => Values[column] ?? "";

    public bool IsNull(int column) => Values[column] is null;

    public long Long(int column) => long.Parse(this[column]);

    public bool True(int column) => this[column] == "t";
}

/// <summary>
/// A session on the source or the target that the server itself keeps from writing: every statement runs in a
/// read-only transaction of its own, so a failed check cannot spoil the next one.
/// </summary>
internal sealed class PgSide : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private PgSide(string name, PgSession session, NpgsqlConnection connection) =>
        (Name, Session, _connection) = (name, session, connection);

    /// <summary><c>source</c> or <c>target</c>.</summary>
    public string Name { get; }

    /// <summary>Where further sessions on the same database come from.</summary>
    public PgSession Session { get; }

    /// <summary>The role we are on this server.</summary>
    public required string User { get; init; }

    /// <summary>See <see cref="PgDefaults"/>.</summary>
    public required IReadOnlyDictionary<string, string> Defaults { get; init; }

    /// <summary><c>server_version_num</c>, e.g. 150018.</summary>
    public int Version => _connection.PostgreSqlVersion.Major * 10_000 + _connection.PostgreSqlVersion.Minor;

    /// <summary>Host, port and database, for people; no secrets.</summary>
    public string Address => $"{Session.Host}:{Session.Port}/{Session.Database}";

    /// <exception cref="OrchestratorException">The server cannot be reached or refuses the login.</exception>
    public static async Task<PgSide> OpenAsync(string name, string url, PgSession session, CancellationToken ct)
    {
        var connection = await ConnectAsync(name, url, session, ct);
        try
        {
            await connection.RunAsync("SET default_transaction_read_only = on", ct);
            await connection.RunAsync("SET lock_timeout = '5s'", ct);
            await connection.RunAsync("SET statement_timeout = '60s'", ct);
            return new PgSide(name, session, connection)
            {
                User = (await connection.ScalarAsync<string>("SELECT current_user::text", ct))!,
                Defaults = await PgDefaults.ReadAsync(session, ct),
            };
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<PgRow>> RowsAsync(string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { AllResultTypesAreUnknown = true };
        foreach (var parameter in parameters) command.Parameters.Add(PgCommands.Parameter(parameter));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<PgRow>();
        while (await reader.ReadAsync(ct))
        {
            var values = new string?[reader.FieldCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = await reader.IsDBNullAsync(i, ct) ? null : reader.GetString(i);
            rows.Add(new PgRow(values));
        }

        return rows;
    }

    /// <summary>The only row of a query that always has one.</summary>
    public async Task<PgRow> RowAsync(string sql, CancellationToken ct, params object[] parameters) =>
        (await RowsAsync(sql, ct, parameters))[0];

    /// <summary>Runs statements of one read-only transaction and rolls it back.</summary>
    public async Task TryAsync(string sql, CancellationToken ct)
    {
        await using var transaction = await _connection.BeginTransactionAsync(ct);
        await _connection.RunAsync(sql, ct);
        await transaction.RollbackAsync(ct);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(string name, string url, PgSession session, CancellationToken ct)
    {
        try
        {
            return await session.OpenAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw PgConnectErrors.Describe(e, name, url);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
