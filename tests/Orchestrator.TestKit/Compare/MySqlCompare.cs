using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>
/// Compares every row of every table of a MySQL or MariaDB database with a PostgreSQL schema of the same name, as both servers print
/// them to their own clients. Written without a look at how the product compares.
/// </summary>
public static class MySqlCompare
{
    /// <summary>Throws with the first rows that differ.</summary>
    /// <param name="source">The database.</param>
    /// <param name="target">Has a schema of the same name, or of the one that is given.</param>
    /// <param name="schema">Schema of the target; null: the database's name.</param>
    /// <param name="condition">Rows of the target that count, by table; null: all.</param>
    public static async Task RequireEqualAsync(MySqlDatabase source, PgDatabase target, string? schema = null, Func<string, string?>? condition = null)
    {
        var tables = await source.QueryRowsAsync($"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{source.Name}' AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1");
        if (tables.Count == 0) throw new InvalidOperationException("the source has no tables");
        foreach (var table in tables.Select(t => t[0]!)) await RequireEqualAsync(source, target, schema ?? source.Name, table, condition?.Invoke(table));
    }

    private static async Task RequireEqualAsync(MySqlDatabase source, PgDatabase target, string schema, string table, string? condition)
    {
        var columns = await source.QueryRowsAsync(
            $"SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{source.Name}' AND TABLE_NAME = '{table}' ORDER BY ORDINAL_POSITION");
        var here = string.Join(", ", columns.Select(c => $"COALESCE(HEX(CONVERT({Maria($"`{c[0]}`", c[1]!)} USING utf8mb4)), '-')"));
        var there = string.Join(" || E'\\t' || ", columns.Select(c => $"coalesce(upper(encode(convert_to({Pg($"\"{c[0]}\"", c[1]!)}, 'UTF8'), 'hex')), '-')"));
        var expected = (await source.Server.RunAsync(source.Name, $"SET time_zone = '+00:00'; SELECT {here} FROM `{table}`")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var found = (await target.QueryRowsAsync($"SET timezone = 'UTC'; SELECT {there} FROM \"{schema}\".\"{table}\"{(condition is null ? "" : " WHERE " + condition)}")).Select(r => r[0]!).ToArray();
        Array.Sort(expected, StringComparer.Ordinal);
        Array.Sort(found, StringComparer.Ordinal);
        if (expected.SequenceEqual(found, StringComparer.Ordinal)) return;
        var missing = expected.Except(found, StringComparer.Ordinal).Take(3).Select(r => "missing " + Readable(r));
        var extra = found.Except(expected, StringComparer.Ordinal).Take(3).Select(r => "extra " + Readable(r));
        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture, $"{table}: {expected.Length} rows on the source, {found.Length} on the target\n{string.Join('\n', missing.Concat(extra))}"));
    }

    private static string Maria(string column, string type) => type switch
    {
        "bit" or "tinyint" or "smallint" or "mediumint" or "int" or "bigint" => $"CAST({column} + 0 AS CHAR)",
        "float" or "double" => $"CAST({column} + 0e0 AS CHAR)",
        "date" => $"DATE_FORMAT({column}, '%Y-%m-%d')",
        "datetime" or "timestamp" => $"DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s.%f')",
        "time" => $"TIME_FORMAT({column}, '%H:%i:%s.%f')",
        "char" => $"TRIM(TRAILING ' ' FROM {column})",
        "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" => $"HEX({column})",
        _ => $"CAST({column} AS CHAR)",
    };

    private static string Pg(string column, string type) => type switch
    {
        "bit" => $"CASE WHEN pg_typeof({column}) = 'boolean'::regtype THEN ({column}::text = 'true')::int::text ELSE ('x' || lpad({column}::text, 64, '0'))::text END",
        "float" or "double" => $"{column}::float8::text",
        "date" => $"to_char({column}, 'YYYY-MM-DD')",
        "datetime" or "timestamp" => $"to_char({column}, 'YYYY-MM-DD HH24:MI:SS.US')",
        "time" => $"to_char({column}, 'HH24:MI:SS.US')",
        "char" => $"rtrim({column}::text)",
        "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" => $"upper(encode({column}, 'hex'))",
        _ => $"{column}::text",
    };

    private static string Readable(string row) => string.Join(" | ", row.Split('\t').Select(f => f == "-" ? "NULL" : System.Text.Encoding.UTF8.GetString(Convert.FromHexString(f))));
}
