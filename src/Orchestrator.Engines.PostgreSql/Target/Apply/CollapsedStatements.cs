using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>Turns a table's net effect into at most one delete, one insert, and one update per set of sent columns.</summary>
internal sealed class CollapsedStatements(TableSchema table, ApplySql sql, ImageStore images) : IDisposable
{
    private readonly ArrayText[] _deletes = New(table.Key.Columns.Count);
    private readonly ArrayText[] _inserts = New(table.Copied.Count);
    private readonly Dictionary<string, UpdateSet> _updates = [];
    private long _deleted;
    private long _inserted;

    private sealed record UpdateSet(int[] Columns, ArrayText[] Arrays)
    {
        public long Rows { get; set; }
    }

    public void Add(NetEffect effect)
    {
        for (var i = 0; i < effect.Keys.Count; i++) Add(effect.Keys.Key(i), effect.Row(i));
    }

    /// <summary>Adds a row that is there afterwards and was not before.</summary>
    public void AddInsert(RowImage image)
    {
        var reader = images.Read(image);
        foreach (var array in _inserts) Append(array, ref reader);
        _inserted++;
    }

    /// <summary>The statements of everything added; their parameters are valid until this is disposed.</summary>
    public IEnumerable<ApplyStatement> Finish()
    {
        if (_deleted > 0) yield return Statement(sql.Delete, _deletes, _deleted);
        foreach (var update in _updates.Values) yield return Statement(sql.Update(update.Columns), update.Arrays, update.Rows);
        if (_inserted > 0) yield return Statement(sql.Insert, _inserts, _inserted);
    }

    public void Dispose()
    {
        foreach (var array in _deletes.Concat(_inserts).Concat(_updates.Values.SelectMany(u => u.Arrays))) array.Dispose();
    }

    private void Add(ReadOnlySpan<byte> key, in NetRow row)
    {
        if (row.Existed && row.Now.Exists && !row.OldGone)
        {
            AddUpdate(key, row.Now);
            return;
        }

        if (row.Existed)
        {
            AddKey(_deletes, key);
            _deleted++;
        }

        if (row.Now.Exists) AddInsert(row.Now);
    }

    private void AddUpdate(ReadOnlySpan<byte> key, RowImage image)
    {
        var update = UpdateFor(image);
        if (update.Columns.Length == 0) return; // only the key was sent and it is the same
        var keys = table.Key.Columns.Count;
        AddKey(update.Arrays, key);
        var reader = images.Read(image);
        var next = 0;
        for (var column = 0; column < reader.ColumnCount; column++)
        {
            if (next < update.Columns.Length && update.Columns[next] == column) Append(update.Arrays[keys + next++], ref reader);
            else reader.Next(out _);
        }

        update.Rows++;
    }

    /// <summary>The statement for the columns this image brings: not the key, not what was not sent.</summary>
    private UpdateSet UpdateFor(RowImage image)
    {
        var signature = Signature(image);
        if (_updates.TryGetValue(signature, out var update)) return update;
        var reader = images.Read(image);
        var columns = new List<int>();
        for (var column = 0; column < reader.ColumnCount; column++)
        {
            var sent = reader.Next(out _) != ValueTag.Unchanged;
            if (sent && !table.Key.Columns.Contains(column)) columns.Add(column);
        }

        return _updates[signature] = new UpdateSet([.. columns], New(table.Key.Columns.Count + columns.Count));
    }

    /// <summary>Which columns were not sent; empty in the common case, without an allocation.</summary>
    private string Signature(RowImage image)
    {
        var reader = images.Read(image);
        var signature = "";
        for (var column = 0; column < reader.ColumnCount; column++)
        {
            if (reader.Next(out _) == ValueTag.Unchanged) signature += (char)column;
        }

        return signature;
    }

    private static void AddKey(ArrayText[] arrays, ReadOnlySpan<byte> key)
    {
        for (var i = 0; key.Length > 0; i++) arrays[i].Add(KeyTable.TakePart(ref key));
    }

    private static void Append(ArrayText array, ref TupleReader reader)
    {
        if (reader.Next(out var text) == ValueTag.Text) array.Add(text);
        else array.AddNull();
    }

    private static ArrayText[] New(int count)
    {
        var arrays = new ArrayText[count];
        for (var i = 0; i < count; i++) arrays[i] = new ArrayText();
        return arrays;
    }

    private ApplyStatement Statement(string text, ArrayText[] arrays, long rows) =>
        new(table, text, Array.ConvertAll(arrays, a => a.Finish()), rows);
}
