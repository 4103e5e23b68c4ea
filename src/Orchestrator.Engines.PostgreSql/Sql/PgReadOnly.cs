using Npgsql;
using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>A database that people ask something of: in transactions that can only read, that wait for no lock for long, and that have an end.</summary>
/// <param name="to">The database.</param>
/// <param name="purpose">Shown in <c>pg_stat_activity.application_name</c> after <c>orchestrator</c>.</param>
/// <param name="url">The same as a URL, to say where it is when it cannot be reached. A secret.</param>
internal sealed class PgReadOnly(NpgsqlConnectionStringBuilder to, string purpose, string url) : IAsyncDisposable
{
    private readonly PgSession _session = new(to.ConnectionString, purpose);

    /// <param name="timeout">Longest that one statement may take.</param>
    /// <param name="doing">What fails if it fails, as the subject of the sentence.</param>
    /// <param name="read">Reads; the transaction ends with the session.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="OrchestratorException">What does not work.</exception>
    public async Task<T> ReadAsync<T>(string timeout, string doing, Func<NpgsqlConnection, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        try
        {
            await connection.RunAsync(
                $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{timeout}'; SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '1min'", ct);
            return await read(connection);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OrchestratorException) && !ct.IsCancellationRequested)
        {
            throw PgErrors.Describe(e, doing);
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
            return await _session.OpenAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PgConnectErrors.Describe(e, "database", url);
        }
    }
}
