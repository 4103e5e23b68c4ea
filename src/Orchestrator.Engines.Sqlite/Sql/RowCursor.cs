using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>
/// Reads rows of a table, each with a name for messages. A file that keeps its texts in UTF-16 hands them out as they are,
/// because SQLite's own translation would replace what is wrong with U+FFFD and say nothing.
/// </summary>
internal sealed class RowCursor : IDisposable
{
    private static readonly UnicodeEncoding Little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    private static readonly string[] RowidNames = ["rowid", "_rowid_", "oid"];

    private readonly SqliteStatement _statement;
    private readonly UnicodeEncoding? _wide;
    private readonly bool _hasRowid;
    private long _number;

    /// <param name="database">The file.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="rowid">The name its row numbers go by; null: it has none.</param>
    /// <param name="columns">Columns to read.</param>
    /// <param name="where">Which rows, with WHERE; empty: all.</param>
    public RowCursor(SqliteDatabase database, string table, string? rowid, IEnumerable<string> columns, string where = "")
    {
        _wide = database.IsWide ? database.Text("PRAGMA encoding") == "UTF-16be" ? Big : Little : null;
        _hasRowid = rowid is not null;
        var values = columns.Select(SqliteName.Quote).Select(c => _wide is null ? c : $"CASE typeof({c}) WHEN 'text' THEN CAST({c} AS BLOB) ELSE {c} END, typeof({c}) = 'text'");
        var list = string.Join(", ", values.Prepend(rowid is null ? "NULL" : SqliteName.Quote(rowid)));
        // An index that holds all the columns would be read in its own order, and rows without a number go by their place.
        _statement = database.Prepare($"SELECT {list} FROM main.{SqliteName.Quote(table)}{(rowid is null ? " NOT INDEXED" : "")} {where}");
    }

    /// <summary>A name of the row number that none of the columns has; null: they took them all.</summary>
    public static string? RowidNameBeside(IEnumerable<string> columns) => RowidNames.Except(columns, StringComparer.OrdinalIgnoreCase).FirstOrDefault();

    /// <summary>The row's number, or its place if it has none: the same in every reading of all rows.</summary>
    public long Number => _hasRowid ? _statement.Integer(0) : _number;

    /// <summary>The row in words.</summary>
    public string Name => _hasRowid
        ? string.Create(CultureInfo.InvariantCulture, $"rowid {_statement.Integer(0)}")
        : string.Create(CultureInfo.InvariantCulture, $"row {_number} in the order of its key");

    public bool Next()
    {
        _number++;
        return _statement.Step();
    }

    public StorageClass Class(int column)
    {
        var kind = _statement.Class(At(column));
        return _wide is not null && kind == StorageClass.Blob && _statement.Integer(At(column) + 1) == 1 ? StorageClass.Text : kind;
    }

    public long Integer(int column) => _statement.Integer(At(column));

    public double Real(int column) => _statement.Real(At(column));

    public ReadOnlySpan<byte> Blob(int column) => _statement.Bytes(At(column));

    /// <summary>A text as UTF-8.</summary>
    /// <returns>False: it is not one; then the bytes are as they are stored.</returns>
    public bool TryText(int column, out ReadOnlySpan<byte> text)
    {
        text = Blob(column);
        if (_wide is null) return Utf8.IsValid(text);
        try
        {
            text = Encoding.UTF8.GetBytes(_wide.GetString(text));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    public void Dispose() => _statement.Dispose();

    private int At(int column) => _wide is null ? column + 1 : (2 * column) + 1;
}
