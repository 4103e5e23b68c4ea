using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Rejects;

/// <summary>Finds the rows that refer to rejected ones by one foreign key, as SQLite itself compares the two.</summary>
internal sealed class RejectedParents(SqliteDatabase database, SourceTable source, TableSchema target, SourceTable to, TableSchema toTarget, SourceForeignKey key)
{
    /// <summary>SQLite allows an expression 1000 terms deep (https://www.sqlite.org/limits.html).</summary>
    private const int AtOnce = 200;

    public IEnumerable<Reject> Children(IReadOnlyCollection<Reject> parents, CancellationToken ct)
    {
        if (key.Columns.Count != key.ToColumns.Count || !key.ToColumns.All(c => to.Columns.Any(x => x.Name == c))) yield break;
        foreach (var some in KeysOf(parents.Select(p => p.Row).ToHashSet(), ct).Chunk(AtOnce))
        {
            foreach (var (row, value) in Referring(some, ct))
                yield return new Reject(source.Name, row, key.Columns[0], $"Column {string.Join(", ", key.Columns)}, row {row}, refers to a row of {to.Name} that is rejected: {string.Join(", ", key.ToColumns)} = {value}.");
        }
    }

    /// <summary>Conditions that are true of the rejected rows alone, as far as the foreign key looks.</summary>
    private List<string> KeysOf(HashSet<long> rejected, CancellationToken ct)
    {
        var keys = new List<string>();
        using var statement = Rows(to, toTarget, key.ToColumns.Select(c => $"quote({SqliteName.Quote(c)})"));
        for (var n = 1; statement.Step(); n++)
        {
            if ((n & 1023) == 0) ct.ThrowIfCancellationRequested();
            var texts = statement.Texts();
            if (rejected.Contains(Number(texts[0], n))) keys.Add($"({string.Join(" AND ", key.ToColumns.Zip(texts[1..], (c, v) => $"p.{SqliteName.Quote(c)} IS {v}"))})");
        }

        return keys;
    }

    private List<(long Row, string Value)> Referring(string[] keys, CancellationToken ct)
    {
        var same = string.Join(" AND ", key.Columns.Zip(key.ToColumns, (from, column) => $"p.{SqliteName.Quote(column)} = c.{SqliteName.Quote(from)}"));
        var isChild = $"EXISTS (SELECT 1 FROM main.{SqliteName.Quote(to.Name.Name)} p WHERE {same} AND ({string.Join(" OR ", keys)}))";
        var rows = new List<(long, string)>();
        using var statement = Rows(source, target, key.Columns.Select(c => $"quote(c.{SqliteName.Quote(c)})").Prepend(isChild));
        for (var n = 1; statement.Step(); n++)
        {
            if ((n & 1023) == 0) ct.ThrowIfCancellationRequested();
            var texts = statement.Texts();
            if (texts[1] == "1") rows.Add((Number(texts[0], n), string.Join(", ", texts[2..])));
        }

        return rows;
    }

    /// <summary>All rows in the order of <see cref="RowCursor"/>, with their numbers before the values.</summary>
    private SqliteStatement Rows(SourceTable table, TableSchema schema, IEnumerable<string> values)
    {
        var rowid = SqliteSnapshot.RowidOf(database, schema);
        return database.Prepare($"SELECT {string.Join(", ", values.Prepend(rowid is null ? "NULL" : $"c.{SqliteName.Quote(rowid)}"))} FROM main.{SqliteName.Quote(table.Name.Name)} c{(rowid is null ? " NOT INDEXED" : "")}");
    }

    private static long Number(string? rowid, long place) => rowid is null ? place : long.Parse(rowid, System.Globalization.CultureInfo.InvariantCulture);
}
