using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>A column as events name it.</summary>
/// <param name="Name">UTF-8, as the source spells it.</param>
/// <param name="Copied">Index into <see cref="TableSchema.Copied"/>; -1: its values do not travel.</param>
/// <param name="IsKey">Part of the table's key.</param>
internal sealed record FieldOfTable(byte[] Name, int Copied, bool IsKey);

/// <summary>One form of a followed table, ready for decoding.</summary>
internal sealed class TableForm
{
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <param name="index">Its index among the followed forms.</param>
    /// <param name="table">The table.</param>
    /// <param name="values">How each copied column is read when events bring no schema.</param>
    public TableForm(int index, TableSchema table, ValueForm[] values)
    {
        (Index, Table, Values) = (index, table, values);
        var copied = 0;
        var fields = new List<FieldOfTable>();
        foreach (var column in table.Columns)
        {
            var at = column.IsCopied ? copied++ : -1;
            _byName.Add(SourceName(column), fields.Count);
            fields.Add(new FieldOfTable(Encoding.UTF8.GetBytes(SourceName(column)), at, at >= 0 && table.Key.Columns.Contains(at)));
        }

        Fields = [.. fields];
        var hasKey = table.Key.Kind is RowKeyKind.PrimaryKey or RowKeyKind.UniqueIndex;
        IsKeyed = hasKey && table.Cascades.Count == 0;
        Identity = hasKey ? [.. table.Key.Columns.Union(table.Cascades.Where(c => c.OnUpdate != CascadeAction.None).SelectMany(c => c.Columns))] : [];
    }

    public int Index { get; }

    public TableSchema Table { get; }

    /// <summary>All columns, in catalog order: the order events have them in.</summary>
    public FieldOfTable[] Fields { get; }

    /// <summary>By copied column, for events without a schema.</summary>
    public ValueForm[] Values { get; }

    /// <summary>Copied columns by which a row is found, and by which others refer to it and follow; empty: a row is found by all of it.</summary>
    public IReadOnlyList<int> Identity { get; }

    /// <summary>Of old rows only the key is meaningful. Where others follow a row that goes, the whole is.</summary>
    public bool IsKeyed { get; }

    /// <summary>Index into <see cref="Fields"/>; -1: there is none of that name.</summary>
    public int Find(string name) => _byName.GetValueOrDefault(name, -1);

    public static string SourceName(ColumnSchema column) => column.Origin?.Name ?? column.Name;
}

/// <summary>The forms of one table, earlier ones first, and the one its events have now.</summary>
internal sealed class TableForms(byte[] name)
{
    /// <summary>Schema (or database), a zero byte, table.</summary>
    public byte[] Name { get; } = name;

    public List<TableForm> All { get; } = [];

    public TableForm Current { get; set; } = null!;
}
