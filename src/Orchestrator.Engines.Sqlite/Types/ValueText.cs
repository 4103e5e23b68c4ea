using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Validation;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>
/// Writes a value as the target reads it, or as it is compared (<see cref="CanonicalForm"/>). What the column's type cannot
/// hold exactly is refused with its row; nothing is rounded, cut off or replaced.
/// </summary>
/// <param name="canonical">For comparing; otherwise for the target.</param>
internal sealed class ValueText(bool canonical)
{
    /// <summary>Room for any number in its fewest digits.</summary>
    private const int NumberBytes = 32;

    private static readonly byte[] HexDigits = "0123456789abcdef"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _output = new(4096);

    /// <summary>The last value written.</summary>
    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    /// <returns>False: the value is NULL.</returns>
    /// <exception cref="OrchestratorException">Data <c>E-VALUE-001</c>: the type cannot hold it; <c>E-VALUE-003</c>: it is not what it has to be.</exception>
    public bool Write(ColumnPlan plan, RowCursor row, int column)
    {
        _output.ResetWrittenCount();
        var kind = row.Class(column);
        if (kind == StorageClass.Null) return plan.Rules.IsRequired ? throw plan.Breaks(row, "is NULL and required") : false;
        switch (plan.Form)
        {
            case CanonicalForm.Integer: Integer(plan, row, column, kind); break;
            case CanonicalForm.Numeric: Numeric(plan, row, column, kind); break;
            case CanonicalForm.Float: Float(plan, row, column, kind); break;
            case CanonicalForm.Text: Text(plan, row, column, kind); break;
            case CanonicalForm.Json: Json(plan, row, column, kind); break;
            case CanonicalForm.Bytes: Bytes(row, column, kind); break;
            case CanonicalForm.Boolean: Put(Boolean(plan, row, column, kind) ? "1" : "0"); break;
            case CanonicalForm.Uuid: Put(plan.Rules.Key is { } key ? Key(key, plan, row, column, kind) : Uuid(plan, row, column, kind).ToString("D")); break;
            case CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment: Date(plan, row, column, kind); break;
            default: throw plan.Refuses(row, $"cannot become {plan.Target}");
        }

        if (plan.Range?.ProblemOf(Written) is { } problem) throw plan.Breaks(row, problem);
        return true;
    }

    private void Integer(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var value = kind == StorageClass.Integer ? row.Integer(column) : throw plan.Refuses(row, $"holds {Word(kind)}, not an integer");
        var (least, most) = plan.Target switch { "smallint" => (short.MinValue, short.MaxValue), "integer" => (int.MinValue, int.MaxValue), _ => (long.MinValue, long.MaxValue) };
        if (value < least || value > most) throw plan.Refuses(row, $"holds {value}, which {plan.Target} cannot");
        Put(value);
    }

    private void Numeric(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind == StorageClass.Real && double.IsInfinity(row.Real(column)) && plan.Decimal is not null) throw plan.Refuses(row, $"holds an infinite number, which {plan.Column.Type} cannot");
        switch (kind)
        {
            case StorageClass.Integer when plan.Decimal is null: Put(row.Integer(column)); return;
            case StorageClass.Real when plan.Decimal is null: PutReal(row.Real(column), FloatText.Plain); return;
        }

        var (text, number) = NumberOf(plan, row, column, kind);
        if (plan.Decimal is { } most && !number.Fits(most.Precision, most.Scale)) throw plan.Refuses(row, $"holds {text}, which {plan.Column.Type} cannot without losing digits");
        Put(canonical ? number.Plain() : text);
    }

    /// <summary>A number, or text that is nothing but one.</summary>
    private static (string Text, ExactNumber Number) NumberOf(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var text = kind switch
        {
            StorageClass.Integer => Text(row.Integer(column)),
            StorageClass.Real => FloatText.Shortest(row.Real(column)),
            StorageClass.Text when row.TryText(column, out var bytes) => Encoding.UTF8.GetString(bytes),
            _ => null,
        };
        return text is not null && ExactNumber.TryParse(text, out var number) ? (text, number) : throw plan.Refuses(row, $"holds {Word(kind)}, not a number");
    }

    private void Float(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind is not (StorageClass.Integer or StorageClass.Real)) throw plan.Refuses(row, $"holds {Word(kind)}, not a number");
        if (kind == StorageClass.Integer && !ColumnScan.FitsReal(row.Integer(column))) throw plan.Refuses(row, $"holds {row.Integer(column)}, which a floating point number cannot hold exactly");
        var value = kind == StorageClass.Integer ? row.Integer(column) : row.Real(column);
        PutReal(value, FloatText.Canonical);
    }

    private void Text(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var text = kind switch
        {
            StorageClass.Integer => Encoding.ASCII.GetBytes(Text(row.Integer(column))),
            StorageClass.Real => Encoding.ASCII.GetBytes(FloatText.AsText(row.Real(column))),
            _ => Characters(plan, row, column, kind),
        };
        // PostgreSQL cuts blanks beyond the length off without a word.
        var kept = plan.IsPadded ? text.TrimEnd((byte)' ') : text;
        if (plan.MaxLength is { } most && RowHash.Characters(kept) is var length && length > most) throw plan.Refuses(row, $"holds {length} characters, more than {plan.Column.Type} does");
        _output.Write(canonical ? kept : text);
    }

    private void Json(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var text = kind switch
        {
            StorageClass.Integer => Text(row.Integer(column)),
            StorageClass.Real => FloatText.Shortest(row.Real(column)),
            _ => Encoding.UTF8.GetString(Characters(plan, row, column, kind)),
        };
        if (JsonText.ProblemOf(text, plan.Target == "jsonb") is { } problem) throw plan.Refuses(row, problem);
        Put(canonical ? CanonicalJson.Of(text) : text);
    }

    /// <summary>Text, or bytes that are some.</summary>
    private static ReadOnlySpan<byte> Characters(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var text = row.Blob(column);
        var isText = kind == StorageClass.Text ? row.TryText(column, out text) : Utf8.IsValid(text);
        if (!isText) throw plan.Refuses(row, $"holds {(kind == StorageClass.Text ? "text that is not UTF-8" : "bytes that are no text")}");
        return text.Contains((byte)0) ? throw plan.Refuses(row, "holds a NUL character, which PostgreSQL's text cannot") : text;
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
        var word = kind switch
        {
            StorageClass.Integer => Text(row.Integer(column)),
            StorageClass.Text when row.TryText(column, out var text) => Encoding.UTF8.GetString(text).ToLowerInvariant(),
            _ => "",
        };
        return word switch
        {
            "1" or "t" or "true" or "y" or "yes" => true,
            "0" or "f" or "false" or "n" or "no" => false,
            _ => throw plan.Refuses(row, "holds something else than 0 and 1, true and false, t and f, yes and no, y and n"),
        };
    }

    private static Guid Uuid(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        if (kind == StorageClass.Blob && row.Blob(column).Length == 16) return new Guid(row.Blob(column), bigEndian: true);
        return kind == StorageClass.Text && Guid.TryParseExact(TextOf(plan, row, column, kind), "D", out var value) ? value : throw plan.Refuses(row, "holds something that is no uuid");
    }

    private static string Key(KeyUuid key, ColumnPlan plan, RowCursor row, int column, StorageClass kind) => kind switch
    {
        StorageClass.Integer => key.Of(Encoding.ASCII.GetBytes(Text(row.Integer(column)))),
        StorageClass.Text => key.Of(Characters(plan, row, column, kind)),
        _ => throw plan.Refuses(row, $"holds {Word(kind)}; UUIDs are made of whole numbers and texts"),
    };

    private void Date(ColumnPlan plan, RowCursor row, int column, StorageClass kind)
    {
        var value = plan.Rules.Conversion switch
        {
            ColumnConversion.UnixSeconds or ColumnConversion.UnixMilliseconds => DateNumber.OfUnix(plan.Rules.Conversion, NumberOf(plan, row, column, kind).Number),
            ColumnConversion.JulianDay => kind is StorageClass.Integer or StorageClass.Real ? DateNumber.OfJulian(kind == StorageClass.Real ? row.Real(column) : row.Integer(column)) : throw plan.Refuses(row, $"holds {Word(kind)}, not a number"),
            _ => DateText.TryParse(plan.Form!, TextOf(plan, row, column, kind), out var date) ? date : throw plan.Refuses(row, $"holds a text that is no {plan.Target} of the form 2024-02-29 23:59:59.000"),
        } ?? throw plan.Refuses(row, $"holds a number that is no moment of the years 1 to 9999, or is finer than {(plan.Rules.Conversion == ColumnConversion.JulianDay ? "milli" : "micro")}seconds");
        if (plan.Form == CanonicalForm.Date && value.TimeOfDay != TimeSpan.Zero) throw plan.Refuses(row, "holds a time of day too, which a date cannot");
        if (value.Ticks % (long)Math.Pow(10, 7 - plan.FractionDigits) != 0) throw plan.Refuses(row, $"holds more digits of a second than {plan.Column.Type} does");
        Put(DateText.Canonical(plan.Form!, value));
        if (plan.Form == CanonicalForm.Moment && !canonical) Put("+00");
    }

    private static string TextOf(ColumnPlan plan, RowCursor row, int column, StorageClass kind) =>
        kind == StorageClass.Text && row.TryText(column, out var text) ? Encoding.UTF8.GetString(text) : throw plan.Refuses(row, $"holds {Word(kind)}, which is not guessed to be {plan.Target}");

    private static string Word(StorageClass kind) => kind == StorageClass.Integer ? "an integer" : $"a {kind.ToString().ToLowerInvariant()}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <param name="value">A number.</param>
    /// <param name="form">Its text when it is written to be compared.</param>
    private void PutReal(double value, Func<double, string> form)
    {
        if (canonical) Put(form(value));
        else if (!double.IsFinite(value)) Put(FloatText.Shortest(value));
        else if (value.TryFormat(_output.GetSpan(NumberBytes), out var written, "R", CultureInfo.InvariantCulture)) _output.Advance(written);
    }

    private void Put(long value)
    {
        if (value.TryFormat(_output.GetSpan(NumberBytes), out var written, default, CultureInfo.InvariantCulture)) _output.Advance(written);
    }

    private void Put(string text) => _output.Advance(Encoding.UTF8.GetBytes(text, _output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
}
