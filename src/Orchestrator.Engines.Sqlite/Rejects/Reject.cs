using Orchestrator.Core.Model;

namespace Orchestrator.Engines.Sqlite.Rejects;

/// <summary>A row that is not moved.</summary>
/// <param name="Table">The file's label and the table's name.</param>
/// <param name="Row">Its <see cref="Sql.RowCursor.Number"/>.</param>
/// <param name="Column">The column that is to blame.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record Reject(TableRef Table, long Row, string Column, string Reason);

/// <summary>The rows of one view of the files that are not moved.</summary>
internal sealed class RejectSet
{
    private readonly Dictionary<TableRef, SortedDictionary<long, Reject>> _tables = [];

    public static RejectSet None { get; } = new();

    public long Count { get; private set; }

    /// <summary>Tables that have some, by name.</summary>
    public IEnumerable<TableRef> Tables => _tables.Keys.OrderBy(t => t.ToString(), StringComparer.Ordinal);

    /// <summary>Those of one table, in the order of its rows.</summary>
    public IReadOnlyCollection<Reject> Of(TableRef table) => _tables.TryGetValue(table, out var rows) ? rows.Values : [];

    public bool Has(TableRef table) => _tables.ContainsKey(table);

    public Reject? Find(TableRef table, long row) => _tables.TryGetValue(table, out var rows) ? rows.GetValueOrDefault(row) : null;

    /// <returns>False: the row is rejected already.</returns>
    public bool Add(Reject reject)
    {
        if (!_tables.TryGetValue(reject.Table, out var rows)) _tables.Add(reject.Table, rows = []);
        if (!rows.TryAdd(reject.Row, reject)) return false;
        Count++;
        return true;
    }
}
