using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>Short forms for the statements we send most.</summary>
public static class PgCommands
{
    public static async Task<int> RunAsync(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first column of the first row; default if there is no row or it is NULL.</summary>
    public static async Task<T?> ScalarAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteScalarAsync(ct) is T value ? value : default;
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(Parameter(parameter));
        return command;
    }

    /// <summary>Npgsql guesses every type we use but object identifiers.</summary>
    internal static NpgsqlParameter Parameter(object value) => value switch
    {
        uint => new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Oid },
        // The runtime takes an int[] for one too.
        uint[] when value.GetType() == typeof(uint[]) => new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Oid | NpgsqlDbType.Array },
        _ => new NpgsqlParameter { Value = value },
    };
}
