using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>
/// Keeps a database's present readable while it moves on: take it in the moment of the switch, when both sides are equal
/// and nothing writes, and compare later, when the application writes to the target again.
/// </summary>
public sealed class HeldSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private HeldSnapshot(NpgsqlConnection connection, string name) => (_connection, Name) = (connection, name);

    /// <summary>The exported snapshot's name, for <see cref="FullCompare"/>.</summary>
    public string Name { get; }

    /// <summary>Takes a snapshot of a database.</summary>
    public static async Task<HeldSnapshot> TakeAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", connection))
            await begin.ExecuteNonQueryAsync();
        await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection);
        return new HeldSnapshot(connection, (string)(await export.ExecuteScalarAsync())!);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
