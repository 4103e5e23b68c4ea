using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// Turns text of any of the source's character sets into UTF-8 as the server itself would: by tables that the server is
/// asked for, Unicode by its rules. Bytes that are no character are refused, never replaced (CASES MP11).
/// </summary>
internal sealed class Charsets
{
    /// <summary>MySQL's only set with characters of four bytes that is not Unicode's; .NET knows it too.</summary>
    private const string FourBytes = "gb18030";

    private const int CodePageOfFourBytes = 54936;

    private static readonly Dictionary<string, Encoding> WideSets = new(StringComparer.Ordinal)
    {
        ["ucs2"] = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf16"] = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf16le"] = new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        ["utf32"] = new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true),
    };

    private readonly Dictionary<uint, string> _setOfCollation;
    private readonly Dictionary<string, CharacterTable> _tables;

    internal Charsets(Dictionary<uint, string> setOfCollation, Dictionary<string, CharacterTable> tables) => (_setOfCollation, _tables) = (setOfCollation, tables);

    /// <param name="connection">Where to ask.</param>
    /// <param name="wide">Sets of several bytes per character that will be met; their tables are long, and so are the others' not asked for.</param>
    /// <param name="ct">Stops the asking.</param>
    public static async Task<Charsets> ReadAsync(MySqlConnection connection, IReadOnlySet<string> wide, CancellationToken ct)
    {
        var collations = await connection.RowsAsync("SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL AND CHARACTER_SET_NAME IS NOT NULL", ct);
        var sets = new Dictionary<uint, string>();
        foreach (var row in collations) sets[uint.Parse(row[0]!, CultureInfo.InvariantCulture)] = row[1]!;
        if (connection.IsMariaDb) await AddApplicableAsync(connection, sets, ct);
        var tables = new Dictionary<string, CharacterTable>(StringComparer.Ordinal);
        foreach (var row in await connection.RowsAsync("SELECT CHARACTER_SET_NAME, MAXLEN FROM information_schema.CHARACTER_SETS WHERE CHARACTER_SET_NAME NOT LIKE 'utf%' AND CHARACTER_SET_NAME NOT IN ('binary', 'ucs2')", ct))
        {
            var (set, length) = (row[0]!, int.Parse(row[1]!, CultureInfo.InvariantCulture));
            if (set == FourBytes) continue;
            if (length == 1 || wide.Contains(set)) tables[set] = await CharacterTable.ReadAsync(connection, set, length, ct);
        }

        return new Charsets(sets, tables);
    }

    /// <summary>Name of the character set of a collation; <c>binary</c> for bytes, null for a number the server did not list.</summary>
    public string? NameOf(uint collation) => collation == 63 ? "binary" : _setOfCollation.GetValueOrDefault(collation);

    /// <returns>False: the bytes are no text of this set.</returns>
    public bool TryWrite(ReadOnlySpan<byte> value, string set, ArrayBufferWriter<byte> output)
    {
        if (set is "utf8mb4" or "utf8mb3" or "utf8" || (Ascii.IsValid(value) && !WideSets.ContainsKey(set)))
        {
            output.Write(value);
            return Utf8.IsValid(value);
        }

        if (_tables.TryGetValue(set, out var table)) return table.TryWrite(value, output);
        return WideSets.TryGetValue(set, out var wide)
            ? TryDecode(value, wide, output)
            : TryDecode(value, CodePagesEncodingProvider.Instance.GetEncoding(CodePageOfFourBytes, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!, output);
    }

    private static bool TryDecode(ReadOnlySpan<byte> value, Encoding encoding, ArrayBufferWriter<byte> output)
    {
        try
        {
            output.Write(Encoding.UTF8.GetBytes(encoding.GetString(value)));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>MariaDB 10.10 and newer number some collations only together with their character set.</summary>
    private static async Task AddApplicableAsync(MySqlConnection connection, Dictionary<uint, string> sets, CancellationToken ct)
    {
        var there = await connection.ScalarAsync(
            "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'COLLATION_CHARACTER_SET_APPLICABILITY' AND COLUMN_NAME = 'ID'", ct);
        if (there == "0") return;
        foreach (var row in await connection.RowsAsync("SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY WHERE ID IS NOT NULL", ct))
            sets[uint.Parse(row[0]!, CultureInfo.InvariantCulture)] = row[1]!;
    }
}
