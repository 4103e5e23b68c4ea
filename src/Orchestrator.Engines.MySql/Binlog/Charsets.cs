using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// Turns text of any of the source's character sets into UTF-8 as the server itself would: single-byte sets by tables that
/// the server is asked for, Unicode by its rules. Bytes that are no character are refused, never replaced (CASES MP11).
/// </summary>
internal sealed class Charsets
{
    private static readonly Dictionary<string, Encoding> WideSets = new(StringComparer.Ordinal)
    {
        ["ucs2"] = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf16"] = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf16le"] = new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf32"] = new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true),
    };

    /// <summary>Sets of several bytes per character whose tables .NET has too.</summary>
    private static readonly Dictionary<string, int> CodePages = new(StringComparer.Ordinal)
    {
        ["gbk"] = 936, ["gb2312"] = 936, ["big5"] = 950, ["euckr"] = 949, ["sjis"] = 932, ["cp932"] = 932, ["ujis"] = 20932, ["eucjpms"] = 20932, ["gb18030"] = 54936,
    };

    private readonly Dictionary<uint, string> _setOfCollation;
    private readonly Dictionary<string, byte[][]> _tables;

    private Charsets(Dictionary<uint, string> setOfCollation, Dictionary<string, byte[][]> tables) => (_setOfCollation, _tables) = (setOfCollation, tables);

    public static async Task<Charsets> ReadAsync(MySqlConnection connection, CancellationToken ct)
    {
        var collations = await connection.RowsAsync("SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL AND CHARACTER_SET_NAME IS NOT NULL", ct);
        var sets = new Dictionary<uint, string>();
        foreach (var row in collations) sets[uint.Parse(row[0]!, CultureInfo.InvariantCulture)] = row[1]!;
        if (connection.IsMariaDb) await AddApplicableAsync(connection, sets, ct);
        var tables = new Dictionary<string, byte[][]>(StringComparer.Ordinal);
        foreach (var row in await connection.RowsAsync("SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 1 AND CHARACTER_SET_NAME <> 'binary'", ct))
            tables[row[0]!] = await TableAsync(connection, row[0]!, ct);
        return new Charsets(sets, tables);
    }

    /// <summary>Name of the character set of a collation; <c>binary</c> for bytes, null for a number the server did not list.</summary>
    public string? NameOf(uint collation) => collation == 63 ? "binary" : _setOfCollation.GetValueOrDefault(collation);

    /// <summary>Text of this set can be turned into UTF-8.</summary>
    public bool Knows(string set) => set is "utf8mb4" or "utf8mb3" or "utf8" || _tables.ContainsKey(set) || WideSets.ContainsKey(set) || CodePages.ContainsKey(set);

    /// <returns>False: the bytes are no text of this set.</returns>
    public bool TryWrite(ReadOnlySpan<byte> value, string set, ArrayBufferWriter<byte> output)
    {
        if (set is "utf8mb4" or "utf8mb3" or "utf8" || (Ascii.IsValid(value) && !WideSets.ContainsKey(set)))
        {
            output.Write(value);
            return Utf8.IsValid(value);
        }

        return _tables.TryGetValue(set, out var table) ? TryWriteSingle(value, table, output) : TryWriteWide(value, set, output);
    }

    private static bool TryWriteSingle(ReadOnlySpan<byte> value, byte[][] table, ArrayBufferWriter<byte> output)
    {
        foreach (var b in value)
        {
            if (table[b].Length == 0) return false;
            output.Write(table[b]);
        }

        return true;
    }

    private static bool TryWriteWide(ReadOnlySpan<byte> value, string set, ArrayBufferWriter<byte> output)
    {
        try
        {
            var encoding = WideSets.TryGetValue(set, out var wide) ? wide : CodePage(CodePages[set]);
            output.Write(Encoding.UTF8.GetBytes(encoding.GetString(value)));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>MariaDB 10.10 and newer number some collations only together with their character set.</summary>
    private static async Task AddApplicableAsync(MySqlConnection connection, Dictionary<uint, string> sets, CancellationToken ct)
    {
        var there = await connection.ScalarAsync(
            "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'COLLATION_CHARACTER_SET_APPLICABILITY' AND COLUMN_NAME = 'ID'", ct);
        if (there == "0") return;
        foreach (var row in await connection.RowsAsync("SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY WHERE ID IS NOT NULL", ct))
            sets[uint.Parse(row[0]!, CultureInfo.InvariantCulture)] = row[1]!;
    }

    /// <summary>UTF-8 of each of the 256 bytes; empty where the server says it is no character.</summary>
    private static async Task<byte[][]> TableAsync(MySqlConnection connection, string set, CancellationToken ct)
    {
        // One query for all: a byte that is no character comes back as a question mark.
        var values = string.Join(" UNION ALL ", Enumerable.Range(0, 256).Select(b => string.Create(
            CultureInfo.InvariantCulture, $"SELECT {b}, HEX(CONVERT(CONVERT(0x{b:X2} USING {set}) USING utf8mb4))")));
        var table = new byte[256][];
        foreach (var row in await connection.RowsAsync(values, ct))
        {
            var code = int.Parse(row[0]!, CultureInfo.InvariantCulture);
            var text = Convert.FromHexString(row[1] ?? "");
            table[code] = text is [(byte)'?'] && code != '?' ? [] : text;
        }

        return table;
    }
}
