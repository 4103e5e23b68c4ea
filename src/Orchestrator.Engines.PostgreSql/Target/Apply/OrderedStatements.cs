using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// The slow, exact path: one statement per change, in source order. Used for a batch whose net effect meets an order
/// hazard, and for tables without a key.
/// </summary>
/// <param name="table">The changed table.</param>
/// <param name="sql">Its statements.</param>
/// <param name="images">The batch's images.</param>
/// <param name="all">Every table of the batch: a change of one may have consequences for others.</param>
internal sealed class OrderedStatements(TableSchema table, ApplySql sql, ImageStore images, IReadOnlyList<TableSchema> all)
{
    public IEnumerable<ApplyStatement> Of(RowChange change)
    {
        var image = new RowImage(false, change.NewOffset);
        var old = change.Old == OldImage.None ? RowImage.None : new RowImage(false, change.OldOffset);
        return table.Cascades.Count == 0 || change.IsAlone || !old.Exists ? Own(change, image, old) : Own(change, image, old).Concat(Consequences(change.Op, image, old));
    }

    private IEnumerable<ApplyStatement> Consequences(ChangeOp op, RowImage image, RowImage old)
    {
        var cascades = new CascadeStatements(table, all);
        return op == ChangeOp.Delete ? cascades.OfDelete(c => One(old, c)) : cascades.OfUpdate(c => One(old, c), c => One(image, c));
    }

    private IEnumerable<ApplyStatement> Own(RowChange change, RowImage image, RowImage old) =>
        (change.Op, table.Key.Kind) switch
        {
            (ChangeOp.Insert, RowKeyKind.FullRow or RowKeyKind.None) => [Insert(image)],
            (ChangeOp.Insert, _) => [Delete(image, RowImage.None, expected: 0), Insert(image)],
            (ChangeOp.Delete, RowKeyKind.FullRow) => [DeleteFullRow(old)],
            (ChangeOp.Delete, _) => [Delete(old, RowImage.None, expected: 1)],
            (_, RowKeyKind.FullRow) => UpdateFullRow(old, image),
            _ => Update(old, image),
        };

    private IEnumerable<ApplyStatement> Update(RowImage old, RowImage image)
    {
        var moved = old.Exists && !SameKey(old, image);
        if (moved && !images.HasUnchanged(image))
        {
            yield return Delete(old, RowImage.None, expected: 1);
            yield return Delete(image, RowImage.None, expected: 0);
            yield return Insert(image);
            yield break;
        }

        // A moved row whose large values were not sent is updated in place: they stay where they are.
        var set = Sent(image, includeKey: moved);
        if (set.Count == 0) yield break;
        var keys = Key(moved ? old : image, old);
        yield return new ApplyStatement(table, sql.Update(set), [.. keys, .. set.Select(c => One(image, c))], 1)
        {
            Row = () => Name(moved ? old : image, old), Columns = [.. table.Key.Columns, .. set],
        };
    }

    private ApplyStatement Insert(RowImage image) =>
        new(table, sql.Insert, [.. Enumerable.Range(0, table.Copied.Count).Select(c => One(image, c))], 1)
        {
            Row = () => Name(image, RowImage.None), Columns = [.. Enumerable.Range(0, table.Copied.Count)],
        };

    private ApplyStatement Delete(RowImage image, RowImage old, long expected) =>
        new(table, sql.Delete, Key(image, old), expected) { Row = () => Name(image, old), Columns = table.Key.Columns };

    private ApplyStatement DeleteFullRow(RowImage old)
    {
        var (condition, values) = SameRow(old);
        var name = PgName.Quote(table.Table);
        return new ApplyStatement(table, $"DELETE FROM ONLY {name} WHERE ctid = (SELECT ctid FROM ONLY {name} WHERE {condition} LIMIT 1)", values, 1);
    }

    private IEnumerable<ApplyStatement> UpdateFullRow(RowImage old, RowImage image)
    {
        var set = Sent(image, includeKey: true);
        if (set.Count == 0) yield break;
        var (condition, values) = SameRow(old);
        var name = PgName.Quote(table.Table);
        var found = $"WHERE ctid = (SELECT ctid FROM ONLY {name} WHERE {condition} LIMIT 1)";
        string New(int i) => $"(({Parameter(values.Count + i)}::text[])[1])::{table.Copied[set[i]].CastType}";
        var statement = set.Exists(c => table.Copied[c].Kind == ColumnKind.IdentityAlways)
            ? $"WITH o AS (DELETE FROM ONLY {name} {found} RETURNING {Replaced(set, New)}) {ApplySql.PutBack(table)}"
            : $"UPDATE ONLY {name} SET {string.Join(", ", set.Select((c, i) => $"{PgName.Quote(table.Copied[c].Name)} = {New(i)}"))} {found}";
        yield return new ApplyStatement(table, statement, [.. values, .. set.Select(c => One(image, c))], 1);
    }

    /// <summary>All columns as c0, c1 and so on: the new value where it was sent, else the one the row has.</summary>
    private string Replaced(List<int> set, Func<int, string> newValue) => string.Join(", ", Enumerable.Range(0, table.Copied.Count)
        .Select(c => $"{(set.IndexOf(c) is var i and >= 0 ? newValue(i) : PgName.Quote(table.Copied[c].Name))} AS c{c}"));

    /// <summary>
    /// Finds one row that looks exactly like the old image. Compared by output text, because equality of a type may be
    /// blind (1.5 = 1.50) or missing (json); <c>format</c> and not a cast, because a cast of char(n) drops its blanks.
    /// </summary>
    private (string Condition, List<ReadOnlyMemory<byte>> Values) SameRow(RowImage old)
    {
        var conditions = new List<string>();
        var values = new List<ReadOnlyMemory<byte>>();
        for (var c = 0; c < table.Copied.Count; c++)
        {
            var name = PgName.Quote(table.Copied[c].Name);
            if (Value(old, c, out var text) == ValueTag.Text)
            {
                conditions.Add($"{name} IS NOT NULL AND pg_catalog.format('%s', {name}) = {Written(table.Copied[c], Parameter(values.Count))}");
                values.Add(text.ToArray());
            }
            else
            {
                conditions.Add($"{name} IS NULL");
            }
        }

        return (conditions.Count == 0 ? "true" : string.Join(" AND ", conditions), values);
    }

    /// <summary>Another system writes the same value in another way (0.1 of a real, a moment without its zone): as this one would.</summary>
    private static string Written(ColumnSchema column, string value) =>
        column.Origin is null ? value : $"pg_catalog.format('%s', {value}::text::{column.Type})";

    private static string Parameter(int index) => $"${index + 1}";

    private List<int> Sent(RowImage image, bool includeKey)
    {
        var reader = images.Read(image);
        var sent = new List<int>();
        for (var c = 0; c < reader.ColumnCount; c++)
        {
            if (reader.Next(out _) != ValueTag.Unchanged && (includeKey || !table.Key.Columns.Contains(c))) sent.Add(c);
        }

        return sent;
    }

    private List<ReadOnlyMemory<byte>> Key(RowImage image, RowImage old)
    {
        var key = new List<ReadOnlyMemory<byte>>();
        foreach (var column in table.Key.Columns)
            key.Add(One(Value(image, column, out _) == ValueTag.Unchanged && old.Exists ? old : image, column));
        return key;
    }

    /// <summary>Key columns and values; of a table without a key the first columns.</summary>
    private string Name(RowImage image, RowImage old)
    {
        var columns = table.Key.Kind is RowKeyKind.FullRow or RowKeyKind.None ? [.. Enumerable.Range(0, Math.Min(3, table.Copied.Count))] : table.Key.Columns;
        return string.Join(", ", columns.Select(c => $"{table.Copied[c].Name}={Text(image, old, c)}"));
    }

    private string Text(RowImage image, RowImage old, int column)
    {
        var tag = Value(image, column, out var text);
        if (tag == ValueTag.Unchanged && old.Exists) tag = Value(old, column, out text);
        if (tag != ValueTag.Text) return "NULL";
        var value = System.Text.Encoding.UTF8.GetString(text);
        return value.Length > 100 ? value[..100] + "..." : value;
    }

    private bool SameKey(RowImage a, RowImage b)
    {
        foreach (var column in table.Key.Columns)
        {
            var tag = Value(b, column, out var right);
            if (tag != ValueTag.Unchanged && (Value(a, column, out var left) != tag || !left.SequenceEqual(right))) return false;
        }

        return true;
    }

    /// <summary>One value as an array literal of one element.</summary>
    private ReadOnlyMemory<byte> One(RowImage image, int column)
    {
        using var array = new ArrayText();
        if (Value(image, column, out var text) == ValueTag.Text) array.Add(text);
        else array.AddNull();
        return array.Finish().ToArray();
    }

    private ValueTag Value(RowImage image, int column, out ReadOnlySpan<byte> text)
    {
        var reader = images.Read(image);
        for (var i = 0; i < column; i++) reader.Next(out _);
        return reader.Next(out text);
    }
}
