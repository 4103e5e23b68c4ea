using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>The rows a table has after the events so far, kept as simply as can be: a list.</summary>
internal sealed class ReplayedTable
{
    public List<Dictionary<string, string?>> Rows { get; } = [];

    /// <summary>Values that were not sent, met so far.</summary>
    public int Unchanged { get; private set; }

    public void Apply(in DecodedEvent change, TableSchema table, RentedList<byte> images)
    {
        if (change.Kind == EventKind.Truncate)
        {
            Rows.Clear();
            return;
        }

        var key = table.Key.Columns.Select(c => table.Copied[c].Name).ToList();
        var old = change.Old == OldImage.None ? null : Read(images, change.OldOffset, table);
        var now = change.Op == ChangeOp.Delete ? null : Read(images, change.NewOffset, table);
        if (old is not null && change.Old == OldImage.Key) Assert.All(table.Copied.Where(c => !key.Contains(c.Name)), c => Assert.Null(old[c.Name]));
        var sought = old ?? now!;
        var at = Rows.FindIndex(r => key.All(k => r.GetValueOrDefault(k) == sought[k]));
        if (change.Op == ChangeOp.Insert && !change.IsSnapshot && table.Key.Kind != RowKeyKind.FullRow) Assert.True(at < 0, $"{table.Table} has that row already");
        if (change.Op is ChangeOp.Update or ChangeOp.Delete) Assert.True(at >= 0, $"{table.Table} has no such row");
        if (now is not null && at >= 0)
        {
            foreach (var column in now.Keys.Where(c => now[c] == "<unchanged>"))
            {
                now[column] = Rows[at][column];
                Unchanged++;
            }
        }

        var replaces = change.Op is ChangeOp.Update or ChangeOp.Delete || (change.IsSnapshot && at >= 0);
        if (replaces) Rows.RemoveAt(at);
        if (now is not null) Rows.Add(now);
    }

    public static Dictionary<string, string?> Read(RentedList<byte> images, int offset, TableSchema table)
    {
        var reader = new TupleReader(images.Span, offset);
        Assert.Equal(table.Copied.Count, reader.ColumnCount);
        var row = new Dictionary<string, string?>();
        foreach (var column in table.Copied)
        {
            row[column.Name] = reader.Next(out var text) switch
            {
                ValueTag.Null => null,
                ValueTag.Unchanged => "<unchanged>",
                _ => Encoding.UTF8.GetString(text),
            };
        }

        return row;
    }
}
