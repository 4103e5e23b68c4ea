using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// The characters of one set as the server has them: tables of other makers differ from its own in single characters.
/// </summary>
internal sealed class CharacterTable
{
    private const string Digits = "SELECT '0' h UNION ALL SELECT '1' UNION ALL SELECT '2' UNION ALL SELECT '3' UNION ALL SELECT '4' UNION ALL SELECT '5' UNION ALL SELECT '6' UNION ALL SELECT '7' "
        + "UNION ALL SELECT '8' UNION ALL SELECT '9' UNION ALL SELECT 'A' UNION ALL SELECT 'B' UNION ALL SELECT 'C' UNION ALL SELECT 'D' UNION ALL SELECT 'E' UNION ALL SELECT 'F'";

    /// <summary>What the third byte of the sets with characters of three begins with (EUC of Japan).</summary>
    private const byte LeadOfThree = 0x8F;

    private readonly byte[]?[] _one = new byte[]?[256];
    private readonly byte[]?[] _two;
    private readonly byte[]?[] _three;

    private CharacterTable(int length) => (_two, _three) = (length > 1 ? new byte[]?[65_536] : [], length > 2 ? new byte[]?[65_536] : []);

    public static async Task<CharacterTable> ReadAsync(MySqlConnection connection, string set, int length, CancellationToken ct)
    {
        var table = new CharacterTable(length);
        await ReadAsync(connection, set, table._one, $"SELECT CONCAT(a.h, b.h) AS x FROM ({Digits}) a, ({Digits}) b", ct);
        var pairs = $"FROM ({Digits}) a, ({Digits}) b, ({Digits}) c, ({Digits}) d";
        if (length > 1) await ReadAsync(connection, set, table._two, $"SELECT CONCAT(a.h, b.h, c.h, d.h) AS x {pairs} WHERE a.h IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F')", ct);
        if (length > 2) await ReadAsync(connection, set, table._three, $"SELECT CONCAT('8F', a.h, b.h, c.h, d.h) AS x {pairs} WHERE a.h IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F')", ct);
        return table;
    }

    /// <returns>False: the bytes are no text of this set.</returns>
    public bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        while (!value.IsEmpty)
        {
            var used = 1;
            var character = _one[value[0]];
            if (character is null && value.Length > 1 && _two.Length > 0) (character, used) = (_two[(value[0] << 8) | value[1]], 2);
            if (character is null && value.Length > 2 && _three.Length > 0 && value[0] == LeadOfThree) (character, used) = (_three[(value[1] << 8) | value[2]], 3);
            if (character is null) return false;
            output.Write(character);
            value = value[used..];
        }

        return true;
    }

    /// <summary>Bytes that are no character come back as a question mark, as NULL, or as several characters.</summary>
    private static async Task ReadAsync(MySqlConnection connection, string set, byte[]?[] table, string codes, CancellationToken ct)
    {
        var sql = $"SELECT x, HEX(CONVERT(CONVERT(UNHEX(x) USING {set}) USING utf8mb4)) FROM ({codes}) v";
        foreach (var row in await connection.RowsAsync(sql, ct))
        {
            if (row[1] is null) continue;
            var (code, text) = (int.Parse(row[0]![^Math.Min(row[0]!.Length, 4)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture), Convert.FromHexString(row[1]!));
            if ((text is [(byte)'?'] && row[0] != "3F") || Encoding.UTF8.GetString(text).EnumerateRunes().Count() != 1) continue;
            table[code] = text;
        }
    }
}
