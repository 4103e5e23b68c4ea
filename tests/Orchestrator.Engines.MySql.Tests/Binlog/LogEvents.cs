using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

/// <summary>Puts events together and reads them without a server.</summary>
internal static class LogEvents
{
    /// <summary>Numbers of collations as every MySQL has them: utf8mb4_0900_ai_ci, utf8mb4_bin, latin1_swedish_ci, utf8mb3_general_ci, utf8mb4_general_ci.</summary>
    public static Charsets Charsets { get; } = new(
        new Dictionary<uint, string> { [255] = "utf8mb4", [46] = "utf8mb4", [8] = "latin1", [33] = "utf8mb3", [45] = "utf8mb4", [224] = "utf8mb4" }, []);

    public static TableSchema Table(string database, string name, params (string Name, string Type)[] columns) =>
        new TableMapper(new MappingOptions { ZeroDates = ZeroDates.Null }).Map(
            new SourceTable
            {
                Name = new TableRef(database, name), Engine = "InnoDB", EstimatedRows = 0, Bytes = 0, IndexBytes = 0, AutoIncrement = null, Comment = "", HasHistory = false,
                Columns = [.. columns.Select((c, i) => new SourceColumn(c.Name, i + 1, c.Type, true, null, MySqlType.Parse(c.Type).IsText ? "utf8mb4" : "", "", "", false))],
                Indexes = [], ForeignKeys = [], Checks = [],
            },
            1);

    public static RowImageReader Rows() => new(new BinlogValue(Charsets, new ZeroDateTally()));

    public static TransactionDecoder Decoder(BinlogPosition from, params TableSchema[] tables) =>
        new([.. tables.Select((t, i) => new FollowedTableForms([new FollowedForm(i, t, new BinlogPosition("log.000001", 0, ""))]))], Rows(), from);

    /// <summary>A whole event without checksum, as a server sends it.</summary>
    public static byte[] Event(EventType type, byte[] body, uint next = 0, ushort flags = 0) =>
    [
        0x6F, 0x65, 0x1C, 0x68, (byte)type, 1, 0, 0, 0, .. BitConverter.GetBytes((uint)(EventHeader.Length + body.Length)), .. BitConverter.GetBytes(next), .. BitConverter.GetBytes(flags), .. body,
    ];

    /// <summary>The same with its checksum.</summary>
    public static byte[] WithChecksum(byte[] packet) => [.. packet, .. BitConverter.GetBytes(Checksum.Of(packet))];

    /// <summary>A statement; made after the documentation.</summary>
    public static byte[] Query(string sql, uint next, string database = "testdb") => Event(
        EventType.Query, [15, 0, 0, 0, 0, 0, 0, 0, (byte)database.Length, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(database), 0, .. Encoding.ASCII.GetBytes(sql)], next);

    /// <summary>The field of TABLE_MAP that names columns; made after the documentation, for recordings of servers that did not write it.</summary>
    public static byte[] Names(params string[] names)
    {
        byte[] value = [.. names.SelectMany(n => (byte[])[(byte)n.Length, .. Encoding.UTF8.GetBytes(n)])];
        return [4, (byte)value.Length, .. value];
    }

    public static List<string> Describe(ChangeBatch batch)
    {
        var texts = new List<string>();
        foreach (var change in batch.Changes.Span)
        {
            var image = new TupleReader(batch.Buffer.Span, change.Op == ChangeOp.Delete ? change.OldOffset : change.NewOffset);
            var values = new List<string>();
            for (var i = 0; i < image.ColumnCount; i++) values.Add(image.Next(out var text) == ValueTag.Text ? Encoding.UTF8.GetString(text) : "NULL");
            texts.Add($"{change.Transaction} {change.Op} {string.Join('|', values)}");
        }

        return texts;
    }
}
