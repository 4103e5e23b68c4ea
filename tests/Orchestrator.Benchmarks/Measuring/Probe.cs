using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>One open connection for questions asked many times a second.</summary>
internal sealed class Probe : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private Probe(NpgsqlConnection connection) => _connection = connection;

    public static async Task<Probe> OpenAsync(PgDatabase database)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        return new Probe(connection);
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task DoAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
