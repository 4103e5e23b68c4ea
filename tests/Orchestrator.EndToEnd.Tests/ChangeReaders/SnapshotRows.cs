using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>
/// Reads a table's rows out of a snapshot: COPY's text, and its binary form of whole numbers and texts
/// (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9).
/// </summary>
internal static class SnapshotRows
{
    public static async Task<IReadOnlyList<string?[]>> ReadAsync(ISnapshot snapshot, TableSchema table)
    {
        await using var session = await snapshot.OpenSessionAsync(CancellationToken.None);
        await using var rows = await session.ReadAsync(new Chunk(table, 0, 1, new WholeTable()), CancellationToken.None);
        var bytes = await Task.Run(() => AllOf(rows));
        return rows.Format == RowFormat.Text ? FromText(Encoding.UTF8.GetString(bytes)) : FromBinary(bytes, table);
    }

    private static byte[] AllOf(IRowStream rows)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = rows.Read(buffer, CancellationToken.None)) > 0;) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    private static List<string?[]> FromText(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t').Select(Plain).ToArray())];

    private static string? Plain(string field)
    {
        if (field == @"\N") return null;
        var plain = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\') plain.Append(field[i]);
            else plain.Append(field[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var c => c });
        }

        return plain.ToString();
    }

    private static List<string?[]> FromBinary(ReadOnlySpan<byte> bytes, TableSchema table)
    {
        const int header = 19;
        var rows = new List<string?[]>();
        bytes = bytes[header..];
        while (bytes.Length > 2 && BinaryPrimitives.ReadInt16BigEndian(bytes) is var columns && columns >= 0)
        {
            bytes = bytes[2..];
            var row = new string?[columns];
            for (var i = 0; i < columns; i++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
                row[i] = length < 0 ? null : Value(bytes.Slice(4, length), table.Copied[i].CastType);
                bytes = bytes[(4 + Math.Max(length, 0))..];
            }

            rows.Add(row);
        }

        return rows;
    }

    private static string Value(ReadOnlySpan<byte> bytes, string type) =>
        type == "integer" ? BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(bytes);
}
