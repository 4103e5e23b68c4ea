using System.Collections.Concurrent;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// The set statements of one table. Every column travels as one array parameter in text form and each element is cast
/// to the column's type without its modifier: the assignment then applies the modifier and refuses what does not fit,
/// where an explicit cast would cut it silently.
/// </summary>
internal sealed class ApplySql(TableSchema table, IReadOnlyList<string> keyOperators)
{
    private readonly string _name = PgName.Quote(table.Table);
    private readonly ConcurrentDictionary<string, string> _updates = new();

    /// <summary>Parameters: every copied column.</summary>
    public string Insert { get; } = table.Copied.Count == 0
        ? $"INSERT INTO {PgName.Quote(table.Table)} DEFAULT VALUES"
        : $"INSERT INTO {PgName.Quote(table.Table)} ({PgName.Columns(table.Copied)}) OVERRIDING SYSTEM VALUE "
          + $"SELECT {Casts(table, [.. Enumerable.Range(0, table.Copied.Count)])} FROM {Unnest(table.Copied.Count)}";

    /// <summary>Parameters: the key columns in key order.</summary>
    public string Delete { get; } =
        $"DELETE FROM ONLY {PgName.Quote(table.Table)} t USING (SELECT {Casts(table, table.Key.Columns, "k")} FROM {Unnest(table.Key.Columns.Count)}) s "
        + $"WHERE {KeyJoin(table, keyOperators)}";

    /// <summary>Parameters: the key columns in key order, then the columns of <paramref name="set"/>.</summary>
    /// <param name="set">Columns to set, as indexes into <see cref="TableSchema.Copied"/>.</param>
    public string Update(IReadOnlyList<int> set)
    {
        var key = string.Join(',', set);
        if (_updates.TryGetValue(key, out var sql)) return sql;
        var keys = table.Key.Columns.Count;
        var values = string.Concat(set.Select((c, i) => $", {Element(keys + i)}::{table.Copied[c].CastType} AS v{i}"));
        if (set.Any(c => table.Copied[c].Kind == ColumnKind.IdentityAlways)) return _updates[key] = Replace(set, values);
        var assignments = string.Join(", ", set.Select((c, i) => $"{PgName.Quote(table.Copied[c].Name)} = s.v{i}"));
        return _updates[key] = $"UPDATE ONLY {_name} t SET {assignments} FROM "
            + $"(SELECT {Casts(table, table.Key.Columns, "k")}{values} FROM {Unnest(keys + set.Count)} ORDER BY 1) s WHERE {KeyJoin(table, keyOperators)}";
    }

    /// <summary>
    /// PostgreSQL lets no UPDATE set a GENERATED ALWAYS identity, but an INSERT may bring one: the row is taken out and
    /// put back with its new values, what was not sent as it was.
    /// </summary>
    private string Replace(IReadOnlyList<int> set, string values)
    {
        var old = string.Join(", ", Enumerable.Range(0, table.Copied.Count).Select(c => Array.IndexOf([.. set], c) is var i and >= 0
            ? $"s.v{i} AS c{c}" : $"t.{PgName.Quote(table.Copied[c].Name)} AS c{c}"));
        return $"WITH s AS (SELECT {Casts(table, table.Key.Columns, "k")}{values} FROM {Unnest(table.Key.Columns.Count + set.Count)}), "
            + $"o AS (DELETE FROM ONLY {_name} t USING s WHERE {KeyJoin(table, keyOperators)} RETURNING {old}) {PutBack(table)}";
    }

    /// <summary>Inserts the rows of <c>o</c>, whose columns are called c0, c1 and so on.</summary>
    public static string PutBack(TableSchema table) =>
        $"INSERT INTO {PgName.Quote(table.Table)} ({PgName.Columns(table.Copied)}) OVERRIDING SYSTEM VALUE "
        + $"SELECT {string.Join(", ", Enumerable.Range(0, table.Copied.Count).Select(c => $"c{c}"))} FROM o";

    private static string Element(int i) => $"u.e{i}";

    private static string Unnest(int count) =>
        $"unnest({string.Join(", ", Enumerable.Range(1, count).Select(i => $"${i}::text[]"))}) "
        + $"AS u({string.Join(", ", Enumerable.Range(0, count).Select(i => $"e{i}"))})";

    private static string Casts(TableSchema table, IReadOnlyList<int> columns, string? alias = null) => string.Join(
        ", ", columns.Select((c, i) => $"{Element(i)}::{table.Copied[c].CastType}{(alias is null ? "" : $" AS {alias}{i}")}"));

    private static string KeyJoin(TableSchema table, IReadOnlyList<string> operators) => string.Join(
        " AND ", table.Key.Columns.Select((c, i) => $"t.{PgName.Quote(table.Copied[c].Name)} {operators[i]} s.k{i}"));
}
