using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>
/// Writes a value as the target reads it, or as it is compared (<see cref="CanonicalForm"/>). What the column's type cannot
/// hold exactly is refused with its row; nothing is rounded, cut off or replaced.
/// </summary>
/// <param name="canonical">For comparing; otherwise for the target.</param>
internal sealed class ValueText(bool canonical)
{
    private static readonly byte[] HexDigits = "0123456789abcdef"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _output = new(4096);

    /// <summary>The last value written.</summary>
    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    /// <returns>False: the value is NULL.</returns>
    /// <exception cref="OrchestratorException">Data <c>E-VALUE-001</c>: the type cannot hold it.</exception>
    public bool Write(ColumnPlan plan, RowCursor row, int column)
    {
        _output.ResetWrittenCount();
        var kind = row.Class(column);
        if (kind == StorageClass.Null) return false;
        switch (plan.Form)
        {
            case CanonicalForm.Integer: Integer(plan, row, column, kind); break;
            case CanonicalForm.Numeric: Numeric(plan, row, column, kind); break;
            case CanonicalForm.Float: Float(plan, row, column, kind); break;
            case CanonicalForm.Text or CanonicalForm.Json: Text(plan, row, column, kind); break;
            case CanonicalForm.Bytes: Bytes(row, column, kind); break;
            case CanonicalForm.Boolean: Put(Boolean(plan, row, column, kind) ? "1" : "0"); break;
            case CanonicalForm.Uuid: Put(Uuid(plan, row, column, kind).ToString("D")); break;
            case CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment: Put(DateText.Of(plan, TextOf(plan, row, column, kind), canonical) ?? throw NoDate(plan, row)); break;
            default: throw Refused(plan, row, $"cannot become {plan.Target}");
        }

        return true;
    }

    private void Integer(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var value = kind == StorageClass.Integer ? row.Integer(column) : throw Refused(plan, row, $"holds {Word(kind)}, not an integer");
        var (least, most) = plan.Target switch { "smallint" => (short.MinValue, short.MaxValue), "integer" => (int.MinValue, int.MaxValue), _ => (long.MinValue, long.MaxValue) };
        if (value < least || value > most) throw Refused(plan, row, $"holds {value}, which {plan.Target} cannot");
        Put(Text(value));
    }

    private void Numeric(ColumnPlan plan, RowCursor row, int column, StorageClass kind) => Put(kind switch
    {
        StorageClass.Integer => Text(row.Integer(column)),
        StorageClass.Real => canonical ? FloatText.Plain(row.Real(column)) : FloatText.Shortest(row.Real(column)),
        _ => throw Refused(plan, row, $"holds {Word(kind)}, not a number"),
    });

    private void Float(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind is not (StorageClass.Integer or StorageClass.Real)) throw Refused(plan, row, $"holds {Word(kind)}, not a number");
        if (kind == StorageClass.Integer && !ColumnScan.FitsReal(row.Integer(column))) throw Refused(plan, row, $"holds {row.Integer(column)}, which a floating point number cannot hold exactly");
        var value = kind == StorageClass.Integer ? row.Integer(column) : row.Real(column);
        Put(canonical ? FloatText.Canonical(value) : FloatText.Shortest(value));
    }

    private void Text(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        switch (kind)
        {
            case StorageClass.Integer: Put(Text(row.Integer(column))); return;
            case StorageClass.Real: Put(FloatText.AsText(row.Real(column))); return;
        }

        var text = row.Blob(column);
        var isText = kind == StorageClass.Text ? row.TryText(column, out text) : Utf8.IsValid(text);
        if (!isText) throw Refused(plan, row, $"holds {(kind == StorageClass.Text ? "text that is not UTF-8" : "bytes that are no text")}");
        if (text.Contains((byte)0)) throw Refused(plan, row, "holds a NUL character, which PostgreSQL's text cannot");
        _output.Write(canonical && plan.IsPadded ? text.TrimEnd((byte)' ') : text);
    }

    private void Bytes(RowCursor row, int column, StorageClass kind)
    {
        var bytes = kind switch
        {
            StorageClass.Integer => Encoding.ASCII.GetBytes(Text(row.Integer(column))),
            StorageClass.Real => Encoding.ASCII.GetBytes(FloatText.AsText(row.Real(column))),
            StorageClass.Text when row.TryText(column, out var text) => text,
            _ => row.Blob(column),
        };
        if (!canonical) Put("\\x");
        var digits = _output.GetSpan((bytes.Length * 2) + 1);
        for (var i = 0; i < bytes.Length; i++)
        {
            digits[2 * i] = HexDigits[bytes[i] >> 4];
            digits[(2 * i) + 1] = HexDigits[bytes[i] & 15];
        }

        _output.Advance(bytes.Length * 2);
    }

    private static bool Boolean(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind == StorageClass.Integer && row.Integer(column) is 0 or 1) return row.Integer(column) == 1;
        return kind == StorageClass.Text && bool.TryParse(TextOf(plan, row, column, kind), out var value) ? value : throw Refused(plan, row, "holds something else than 0, 1, true and false");
    }

    private static Guid Uuid(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind == StorageClass.Blob && row.Blob(column).Length == 16) return new Guid(row.Blob(column), bigEndian: true);
        return kind == StorageClass.Text && Guid.TryParseExact(TextOf(plan, row, column, kind), "D", out var value) ? value : throw Refused(plan, row, "holds something that is no uuid");
    }

    private static string TextOf(ColumnPlan plan, RowCursor row, int column, StorageClass kind) =>
        kind == StorageClass.Text && row.TryText(column, out var text) ? Encoding.UTF8.GetString(text) : throw Refused(plan, row, $"holds {Word(kind)}, which is not guessed to be {plan.Target}");

    private static OrchestratorException NoDate(ColumnPlan plan, RowCursor row) =>
        Refused(plan, row, $"holds a text that is no {plan.Target} of the form 2024-02-29 23:59:59.000");

    /// <summary>The reader adds the table.</summary>
    private static OrchestratorException Refused(ColumnPlan plan, RowCursor row, string what) => new(
        ErrorKind.Data, "E-VALUE-001", $"Column {plan.Name} ({plan.Column.Origin!.Type}), {row.Name}, {what}.",
        "Change the value in the file, or give the column another type in the configuration file, then start again.")
    {
        Column = plan.Name, Key = row.Name,
    };

    private static string Word(StorageClass kind) => kind == StorageClass.Integer ? "an integer" : $"a {kind.ToString().ToLowerInvariant()}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private void Put(string text) => _output.Advance(Encoding.UTF8.GetBytes(text, _output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
}
