using System.Text.Unicode;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>What the values of one column are: how many of each storage class, and where the first is that makes trouble.</summary>
internal sealed class ColumnScan
{
    private readonly long[] _counts = new long[6];
    private readonly string?[] _first = new string?[6];

    /// <summary>Every whole number is one a floating point number holds exactly.</summary>
    public bool IntegersFitReal { get; private set; } = true;

    /// <summary>Row of the first text that is not UTF-8; null: none.</summary>
    public string? BrokenText { get; private set; }

    /// <summary>Row of the first text with a NUL character; null: none.</summary>
    public string? NulText { get; private set; }

    /// <summary>Row of the first blob that could not be text; null: none.</summary>
    public string? BinaryBlob { get; private set; }

    public long Count(StorageClass kind) => _counts[(int)kind];

    public bool Has(StorageClass kind) => Count(kind) > 0;

    /// <summary>Row of the first value of a class; null: there is none.</summary>
    public string? First(StorageClass kind) => _first[(int)kind];

    /// <returns>Bytes of the value, about.</returns>
    public long Add(RowCursor row, int column)
    {
        var kind = row.Class(column);
        if (_counts[(int)kind]++ == 0) _first[(int)kind] = row.Name;
        switch (kind)
        {
            case StorageClass.Integer:
                IntegersFitReal &= FitsReal(row.Integer(column));
                return 8;
            case StorageClass.Text:
                var text = row.TryText(column, out var bytes);
                if (!text) BrokenText ??= row.Name;
                else if (bytes.Contains((byte)0)) NulText ??= row.Name;
                return bytes.Length;
            case StorageClass.Blob:
                var blob = row.Blob(column);
                if (BinaryBlob is null && (!Utf8.IsValid(blob) || blob.Contains((byte)0))) BinaryBlob = row.Name;
                return blob.Length;
            default:
                return 8;
        }
    }

    public static bool FitsReal(long value) => value is >= -(1L << 53) and <= 1L << 53 || (value != long.MaxValue && (long)(double)value == value && (double)value < 9.2233720368547758e18);
}
