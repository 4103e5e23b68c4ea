using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Target.Apply;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>Collapsing by key against a dictionary that takes every change one by one.</summary>
public sealed class NetEffectTests
{
    private const string Kept = "kept";
    private static readonly TableSchema Table = new()
    {
        Table = new TableRef("public", "t"),
        SourceId = 16,
        Columns = [.. new[] { "v", "id", "big" }.Select((name, i) => new ColumnSchema(name, i + 1, "text", "text", 25, -1, false, ColumnKind.Plain))],
        Key = new RowKey(RowKeyKind.PrimaryKey, [1]),
        Pages = 1,
        EstimatedRows = 1,
        Bytes = 8192,
    };

    [Fact]
    public void C8_any_history_of_a_table_collapses_to_its_end() => Prop.ForAll<(byte Op, byte Key, byte Other)[]>(steps =>
    {
        var before = Enumerable.Range(0, 4).ToDictionary(k => $"{k}", k => ($"v{k}", $"big{k}"));
        var history = new History(before);
        foreach (var (op, key, other) in steps) history.Step(op % 8, $"{key % 8}", $"{other % 8}");
        using var images = new ImageStore(history.Bytes);
        using var effect = new NetEffect(Table, images);
        foreach (var change in history.Changes) effect.Add(change);

        // Only a row that moved without its unsent value has no net effect: nobody here knows that value.
        Assert.False(effect.NeedsOrder && !history.MovedUnsent);
        if (!effect.NeedsOrder) Assert.Equal(history.Rows.OrderBy(r => r.Key), Apply(effect, images, before).OrderBy(r => r.Key));
    }).QuickCheckThrowOnFailure();

    /// <summary>Deletes, then updates, then inserts, as the statements do it.</summary>
    private static Dictionary<string, (string V, string Big)> Apply(NetEffect effect, ImageStore images, Dictionary<string, (string V, string Big)> before)
    {
        var rows = new Dictionary<string, (string V, string Big)>(before);
        var net = Enumerable.Range(0, effect.Keys.Count).Select(i => (Key: Key(effect, i), Row: effect.Row(i))).ToList();
        foreach (var (key, row) in net.Where(n => n.Row.Existed && (n.Row.OldGone || !n.Row.Now.Exists))) Assert.True(rows.Remove(key));
        foreach (var (key, row) in net.Where(n => n.Row.Existed && n.Row.Now.Exists && !n.Row.OldGone))
        {
            var (v, big) = Values(images, row.Now);
            rows[key] = (v, big == Kept ? rows[key].Big : big);
        }

        foreach (var (key, row) in net.Where(n => n.Row.Now.Exists && (n.Row.OldGone || !n.Row.Existed)))
        {
            var inserted = Values(images, row.Now);
            Assert.NotEqual(Kept, inserted.Big);
            rows.Add(key, inserted);
        }

        return rows;
    }

    private static string Key(NetEffect effect, int number)
    {
        var key = effect.Keys.Key(number);
        return Encoding.UTF8.GetString(KeyTable.TakePart(ref key));
    }

    private static (string V, string Big) Values(ImageStore images, RowImage image)
    {
        var reader = images.Read(image);
        reader.Next(out var v);
        reader.Next(out _);
        return (Encoding.UTF8.GetString(v), reader.Next(out var big) == ValueTag.Unchanged ? Kept : Encoding.UTF8.GetString(big));
    }

    /// <summary>Makes only changes a source can make, and what the stream says of them.</summary>
    private sealed class History(Dictionary<string, (string V, string Big)> before)
    {
        private readonly List<byte> _bytes = [];
        private int _version;

        public Dictionary<string, (string V, string Big)> Rows { get; } = new(before);

        public List<RowChange> Changes { get; } = [];

        public bool MovedUnsent { get; private set; }

        public byte[] Bytes => [.. _bytes];

        public void Step(int op, string key, string other)
        {
            var (v, big) = ($"v{++_version}", $"big{_version}");
            var known = Rows.TryGetValue(key, out var row);
            switch (op)
            {
                case 0 or 1 when !known:
                    Add(ChangeOp.Insert, OldImage.None, 0, Image(v, key, big));
                    Rows[key] = (v, big);
                    break;
                case 2 or 3 when known:
                    Add(ChangeOp.Update, OldImage.None, 0, Image(v, key, Kept));
                    Rows[key] = (v, row.Big);
                    break;
                case 4 when known:
                    Add(ChangeOp.Update, OldImage.Full, Image(row.V, key, row.Big), Image(v, key, big));
                    Rows[key] = (v, big);
                    break;
                case 5 or 6 when known && !Rows.ContainsKey(other):
                    MovedUnsent |= op == 6;
                    Add(ChangeOp.Update, OldImage.Key, Image("", key, ""), Image(v, other, op == 6 ? Kept : big));
                    Rows.Remove(key);
                    Rows[other] = (v, op == 6 ? row.Big : big);
                    break;
                case 7 when known:
                    Add(ChangeOp.Delete, OldImage.Key, Image("", key, ""), 0);
                    Rows.Remove(key);
                    break;
                default:
                    break;
            }
        }

        private void Add(ChangeOp op, OldImage old, int oldOffset, int newOffset) => Changes.Add(new RowChange(op, 0, 0, old, oldOffset, newOffset));

        private int Image(params string[] values)
        {
            var start = _bytes.Count;
            _bytes.AddRange([0, (byte)values.Length]);
            foreach (var value in values)
            {
                _bytes.Add(value == Kept ? (byte)'u' : (byte)'t');
                if (value == Kept) continue;
                var text = Encoding.UTF8.GetBytes(value);
                var length = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
                _bytes.AddRange([.. length, .. text]);
            }

            return start;
        }
    }
}
