using Orchestrator.Core.Model;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>A table's rows by key, as a target that takes nothing twice and misses nothing.</summary>
internal sealed class TableRows(string table)
{
    private readonly Dictionary<string, string?[]> _rows = new(StringComparer.Ordinal);

    /// <summary>Takes rows of a snapshot.</summary>
    public void Load(TableSchema schema, IEnumerable<string?[]> rows)
    {
        foreach (var row in rows) Assert.True(_rows.TryAdd(DeliveredChange.KeyOf(schema, row), row), $"{table} has the row {row[0]} twice");
    }

    /// <summary>Takes this table's changes.</summary>
    public void Apply(IEnumerable<DeliveredTransaction> transactions)
    {
        foreach (var change in transactions.SelectMany(t => t.Changes).Where(c => c.TableName == table)) Apply(change);
    }

    /// <summary>Sorted by the first column, a number; what a query of the source says must be the same.</summary>
    public void AssertEqual(IEnumerable<string?[]> source) =>
        Assert.Equal(source, _rows.Values.OrderBy(r => long.Parse(r[0]!)));

    private void Apply(DeliveredChange change)
    {
        if (change.Op == ChangeOp.Truncate)
        {
            _rows.Clear();
            return;
        }

        string?[]? before = null;
        if (change.Op != ChangeOp.Insert) Assert.True(_rows.Remove(change.Key, out before), $"{change}: no such row");
        if (change.Op == ChangeOp.Delete) return;
        var row = change.New!.Select((v, i) => ReferenceEquals(v, DeliveredChange.Unchanged) ? before![i] : v).ToArray();
        Assert.True(_rows.TryAdd(DeliveredChange.KeyOf(change.Table, row), row), $"{change}: the row is there already");
    }
}
