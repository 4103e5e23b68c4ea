using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>Plain SQL with plain text answers, one unpooled connection per call.</summary>
public static class PgText
{
    /// <summary>Runs one or more statements; several are one transaction.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancel = default)
    {
        await using var connection = await OpenAsync(connectionString, cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>All rows of one query, each value in PostgreSQL's own text form.</summary>
    public static async Task<IReadOnlyList<string?[]>> QueryRowsAsync(string connectionString, string sql, CancellationToken cancel = default)
    {
        await using var connection = await OpenAsync(connectionString, cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(cancel))
        {
            var row = new string?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = await reader.IsDBNullAsync(i, cancel) ? null : reader.GetString(i);
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>The first value of the first row, null when it is NULL or there is no row.</summary>
    public static async Task<string?> QueryScalarAsync(string connectionString, string sql, CancellationToken cancel = default)
    {
        var rows = await QueryRowsAsync(connectionString, sql, cancel);
        return rows.Count == 0 ? null : rows[0][0];
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancel);
            return connection;
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
