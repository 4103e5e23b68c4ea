using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>
/// The tests' own oracle: compares complete table contents of two databases as PostgreSQL prints them,
/// with nothing of the product in between. Call it when nothing writes.
/// </summary>
public static class FullCompare
{
    private const string PinnedSettings =
        "-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c extra_float_digits=3 -c bytea_output=hex "
        + "-c lc_monetary=C -c search_path=pg_catalog -c default_transaction_read_only=off";

    /// <summary>Compares tables and sequences.</summary>
    /// <param name="source">Connection string of the side that is right.</param>
    /// <param name="target">Connection string of the side under test.</param>
    /// <param name="tables">Quoted names as <c>schema.table</c>; null for all user tables (then the sets must match too).</param>
    /// <param name="sequences">How sequences are judged.</param>
    /// <param name="targetSnapshot">Name of a <see cref="HeldSnapshot"/> of the target to read instead of its present.</param>
    public static async Task<CompareResult> RunAsync(
        string source, string target, IReadOnlyList<string>? tables = null, SequenceRule sequences = SequenceRule.Equal,
        string? targetSnapshot = null)
    {
        await using var left = await OpenAsync(source, null);
        await using var right = await OpenAsync(target, targetSnapshot);
        var differences = new List<string>();
        if (tables is null)
        {
            tables = await ListAsync(left, CompareSql.UserTables);
            DiffNames("table", tables, await ListAsync(right, CompareSql.UserTables), differences);
        }
        long rows = 0;
        foreach (var table in tables)
            rows += await CompareTableAsync(left, right, table, differences);
        if (sequences != SequenceRule.Ignore)
            await SequenceCompare.RunAsync(left, right, sequences, differences);
        return new CompareResult(tables.Count, rows, differences);
    }

    /// <summary>As <see cref="RunAsync"/>, and throws with the differences when there are any.</summary>
    public static async Task<CompareResult> RequireEqualAsync(
        string source, string target, IReadOnlyList<string>? tables = null, SequenceRule sequences = SequenceRule.Equal,
        string? targetSnapshot = null)
    {
        var result = await RunAsync(source, target, tables, sequences, targetSnapshot);
        if (!result.IsEqual)
            throw new InvalidOperationException("source and target differ:\n" + result);
        return result;
    }

    /// <summary>Compares two databases of a pair.</summary>
    public static Task<CompareResult> RequireEqualAsync(DatabasePair pair, SequenceRule sequences = SequenceRule.Equal)
        => RequireEqualAsync(pair.Source.ConnectionString, pair.Target.ConnectionString, null, sequences);

    internal static async Task<IReadOnlyList<string>> ListAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
            names.Add(reader.GetString(0));
        return names;
    }

    internal static void DiffNames(string kind, IReadOnlyList<string> left, IReadOnlyList<string> right, List<string> differences)
    {
        differences.AddRange(left.Except(right).Select(n => $"{kind} {n} is missing on the target"));
        differences.AddRange(right.Except(left).Select(n => $"{kind} {n} exists on the target only"));
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, string? snapshot)
    {
        var options = new NpgsqlConnectionStringBuilder(connectionString) { Options = PinnedSettings, Pooling = false };
        var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync();
        if (snapshot is not null)
        {
            await using var command = new NpgsqlCommand(
                $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'", connection);
            await command.ExecuteNonQueryAsync();
        }
        return connection;
    }

    private static async Task<long> CompareTableAsync(
        NpgsqlConnection left, NpgsqlConnection right, string table, List<string> differences)
    {
        var columns = await ListAsync(left, CompareSql.Columns(table));
        var rightColumns = await ListAsync(right, CompareSql.Columns(table));
        if (!columns.Order(StringComparer.Ordinal).SequenceEqual(rightColumns.Order(StringComparer.Ordinal)))
        {
            differences.Add($"{table}: columns differ: [{string.Join(", ", columns)}] and [{string.Join(", ", rightColumns)}]");
            return 0;
        }
        var sums = await Task.WhenAll(SumAsync(left, table, columns), SumAsync(right, table, columns));
        if (sums[0].Count != sums[1].Count)
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"{table}: {sums[0].Count} rows on the source, {sums[1].Count} on the target"));
        if (sums[0] != sums[1])
            await RowDiff.AppendAsync(left, right, table, columns, differences);
        return sums[0].Count;
    }

    private static async Task<(long Count, string Sum)> SumAsync(NpgsqlConnection connection, string table, IReadOnlyList<string> columns)
    {
        await using var command = new NpgsqlCommand(CompareSql.TableSum(table, columns), connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetString(1));
    }
}
