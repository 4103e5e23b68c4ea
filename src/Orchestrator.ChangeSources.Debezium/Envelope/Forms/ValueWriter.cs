using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>Turns one JSON value into the target's text. Not for concurrent use.</summary>
internal sealed class ValueWriter : IDisposable
{
    private readonly RentedList<byte> _bytes = new();
    private readonly UnavailableValue _unavailable;
    private readonly ListWriter _lists;

    public ValueWriter(UnavailableValue unavailable) => (_unavailable, _lists) = (unavailable, new ListWriter(this, unavailable));

    /// <summary>Appends the text of the value the reader stands at, and leaves the reader at the value's end.</summary>
    /// <returns>Text; or Null, Unchanged with nothing appended.</returns>
    public ValueTag Write(ref Utf8JsonReader json, ValueForm form, RentedList<byte> output)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return ValueTag.Null;
            case JsonTokenType.String:
                if (json.ValueSpan.SequenceEqual(_unavailable.Text)) return ValueTag.Unchanged;
                return FromString(ref json, form, output);
            case JsonTokenType.Number:
                FromNumber(ref json, form, output);
                return ValueTag.Text;
            case JsonTokenType.True or JsonTokenType.False:
                FromBoolean(json.TokenType == JsonTokenType.True, form, output);
                return ValueTag.Text;
            case JsonTokenType.StartArray when form.Kind == FormKind.Array:
                return _lists.Array(ref json, form.Element!, output);
            case JsonTokenType.StartObject when form.Kind == FormKind.Hstore:
                return _lists.Hstore(ref json, output);
            case JsonTokenType.StartObject when form.Kind == FormKind.Decimal:
                return ScaledDecimal(ref json, output);
            default:
                throw Unexpected(json, form);
        }
    }

    private ValueTag FromString(ref Utf8JsonReader json, ValueForm form, RentedList<byte> output)
    {
        switch (form.Kind)
        {
            case FormKind.Text or FormKind.Label:
                Text(ref json, output);
                if (form.Kind == FormKind.Label && json.ValueSpan.IsEmpty) throw EnvelopeErrors.Value("the enumeration holds a value that is none of its labels");
                return ValueTag.Text;
            case FormKind.ZonedTimestamp:
                TimeText.Zoned(json.ValueSpan, output);
                return ValueTag.Text;
            case FormKind.ZonedTime:
                output.Append(json.ValueSpan.TrimEnd((byte)'Z'));
                if (json.ValueSpan.EndsWith("Z"u8)) output.Append("+00"u8);
                return ValueTag.Text;
            case FormKind.Float:
                if (!DecimalText.TryWriteSpecial(json.ValueSpan, output)) throw Unexpected(json, form);
                return ValueTag.Text;
            case FormKind.Decimal when form.Size == ValueForm.Digits:
                Digits(json.ValueSpan, output);
                return ValueTag.Text;
            case FormKind.Decimal when form.Size == ValueForm.OwnScale:
                throw Unexpected(json, form);
            case FormKind.Hstore:
                return HstoreInString(ref json, output);
            case FormKind.Decimal or FormKind.Unsigned or FormKind.Bytes or FormKind.BytesToUuid or FormKind.Bits or FormKind.TextInBytes:
                return FromBytes(Decoded(ref json), form, output);
            default:
                throw Unexpected(json, form);
        }
    }

    private static void Digits(ReadOnlySpan<byte> text, RentedList<byte> output)
    {
        if (DecimalText.TryWriteSpecial(text, output)) return;
        if (text.IsEmpty || text.IndexOfAnyExcept(NumberCharacters) >= 0) throw EnvelopeErrors.Value("a decimal whose text is no number");
        output.Append(text);
    }

    private static readonly SearchValues<byte> NumberCharacters = SearchValues.Create("0123456789+-.eE"u8);

    private ValueTag FromBytes(ReadOnlySpan<byte> bytes, ValueForm form, RentedList<byte> output)
    {
        if (bytes.SequenceEqual(_unavailable.Text)) return ValueTag.Unchanged;
        switch (form.Kind)
        {
            case FormKind.Decimal:
                DecimalText.Write(bytes, form.Size, output);
                break;
            case FormKind.Unsigned:
                DecimalText.Write(bytes, 0, output);
                break;
            case FormKind.Bytes:
                output.Append("\\x"u8);
                BytesText.Hex(bytes, output);
                if (form.Size > bytes.Length) output.Extend(2 * (form.Size - bytes.Length)).Fill((byte)'0');
                break;
            case FormKind.BytesToUuid:
                BytesText.Uuid(bytes, output);
                break;
            case FormKind.Bits:
                BytesText.Bits(bytes, form.Size, output);
                break;
            default:
                output.Append(bytes);
                break;
        }

        return ValueTag.Text;
    }

    private static void FromNumber(ref Utf8JsonReader json, ValueForm form, RentedList<byte> output)
    {
        switch (form.Kind)
        {
            case FormKind.Float:
                output.Append(json.ValueSpan);
                return;
            case FormKind.Integer when json.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0:
                output.Append(json.ValueSpan);
                return;
            case FormKind.Unsigned when json.TryGetInt64(out var number) && number < 0:
                Span<byte> digits = stackalloc byte[20];
                Utf8Formatter.TryFormat(unchecked((ulong)number), digits, out var count);
                output.Append(digits[..count]);
                return;
            case FormKind.Unsigned when json.TryGetUInt64(out _):
                output.Append(json.ValueSpan);
                return;
            case FormKind.IntegerToBoolean when json.ValueSpan is [(byte)'0'] or [(byte)'1']:
                output.Add(json.ValueSpan[0] == '1' ? (byte)'t' : (byte)'f');
                return;
            case FormKind.Date when json.TryGetInt64(out var number):
                TimeText.Date(number, output);
                return;
            case FormKind.Timestamp when json.TryGetInt64(out var number):
                TimeText.Timestamp(number, form.Size, output);
                return;
            case FormKind.Time when json.TryGetInt64(out var number):
                TimeText.TimeOfDay(number, form.Size, output);
                return;
            case FormKind.Duration when json.TryGetInt64(out var number):
                TimeText.Duration(number, form.Size, output);
                return;
            default:
                throw Unexpected(json, form);
        }
    }

    private static void FromBoolean(bool value, ValueForm form, RentedList<byte> output)
    {
        if (form.Kind is not (FormKind.Boolean or FormKind.IntegerToBoolean)) throw EnvelopeErrors.Value($"true or false where {form.Kind} is expected");
        // A single bit is true or false too, and becomes a bit of the target.
        output.Add(form.Size == 1 ? (value ? (byte)'1' : (byte)'0') : (value ? (byte)'t' : (byte)'f'));
    }

    /// <summary>A string without its escapes.</summary>
    public static void Text(ref Utf8JsonReader json, RentedList<byte> output)
    {
        var room = output.Extend(json.ValueSpan.Length);
        var count = json.CopyString(room);
        if (json.ValueIsEscaped && room[..count].Contains((byte)0)) throw EnvelopeErrors.Value("it holds a NUL character, which PostgreSQL's text cannot");
        output.Truncate(output.Count - room.Length + count);
    }

    /// <summary>io.debezium.data.VariableScaleDecimal.</summary>
    private ValueTag ScaledDecimal(ref Utf8JsonReader json, RentedList<byte> output)
    {
        var (scale, hasValue) = ((int?)null, false);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var isScale = json.ValueTextEquals("scale"u8);
            var isValue = json.ValueTextEquals("value"u8);
            json.Read();
            if (isScale && json.TryGetInt32(out var number)) scale = number;
            else if (isValue && json.TokenType == JsonTokenType.String) hasValue = Decoded(ref json).Length > 0;
            else json.Skip();
        }

        if (scale is null || !hasValue) throw EnvelopeErrors.Value("a decimal without scale or value");
        if (_bytes.Span.SequenceEqual(_unavailable.Text)) return ValueTag.Unchanged;
        DecimalText.Write(_bytes.Span, scale.Value, output);
        return ValueTag.Text;
    }

    private ValueTag HstoreInString(ref Utf8JsonReader json, RentedList<byte> output)
    {
        _bytes.Truncate(0);
        Text(ref json, _bytes);
        var inner = new Utf8JsonReader(_bytes.Span);
        if (!inner.Read() || inner.TokenType != JsonTokenType.StartObject) throw EnvelopeErrors.Value("an hstore that is no JSON object");
        return _lists.Hstore(ref inner, output);
    }

    /// <summary>The bytes of a base64 string, good until the next call.</summary>
    private ReadOnlySpan<byte> Decoded(ref Utf8JsonReader json)
    {
        _bytes.Truncate(0);
        Text(ref json, _bytes);
        if (Base64.DecodeFromUtf8InPlace(_bytes.Span, out var count) != OperationStatus.Done) throw EnvelopeErrors.Value("a string that is not base64");
        _bytes.Truncate(count);
        return _bytes.Span;
    }

    private static Exception Unexpected(in Utf8JsonReader json, ValueForm form) => form.Kind == FormKind.Refused
        ? EnvelopeErrors.RefusedType(form.Type, form.Why)
        : EnvelopeErrors.Value($"a JSON {json.TokenType} where {form.Kind} is expected");

    public void Dispose()
    {
        _bytes.Dispose();
        _lists.Dispose();
    }
}
