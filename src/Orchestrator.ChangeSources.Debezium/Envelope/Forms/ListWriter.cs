using System.Text.Json;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// Arrays and hstore, whose text quotes what is in it (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO,
/// https://www.postgresql.org/docs/15/hstore.html#HSTORE-EXTERNAL-REP).
/// </summary>
internal sealed class ListWriter(ValueWriter values, UnavailableValue unavailable) : IDisposable
{
    private readonly RentedList<byte> _element = new();

    /// <summary>
    /// Debezium writes an array of two dimensions as one whose elements are all null, or are Java's names of arrays: such ones are
    /// refused, the first although they could be true.
    /// </summary>
    public ValueTag Array(ref Utf8JsonReader json, ValueForm element, RentedList<byte> output)
    {
        var start = output.Count;
        var (count, nulls) = (0, 0);
        output.Add((byte)'{');
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartArray) throw EnvelopeErrors.Lost("an array of several dimensions");
            if (count++ > 0) output.Add((byte)',');
            _element.Truncate(0);
            var tag = values.Write(ref json, element, _element);
            if (tag == ValueTag.Unchanged) _element.Append(unavailable.Text);
            if (_element.Span.StartsWith("[Ljava."u8)) throw EnvelopeErrors.Lost("an array of several dimensions");
            if (tag == ValueTag.Null) nulls++;
            if (tag == ValueTag.Null) output.Append("NULL"u8);
            else if (element.Kind is FormKind.Integer or FormKind.Decimal or FormKind.Boolean or FormKind.Float) output.Append(_element.Span);
            else Quoted(_element.Span, output);
        }

        output.Add((byte)'}');
        if (!unavailable.IsArray(output.Span[start..]))
        {
            if (count > 0 && nulls == count) throw EnvelopeErrors.Lost("an array of nothing but NULL is how Debezium writes one of several dimensions");
            return ValueTag.Text;
        }

        output.Truncate(start);
        return ValueTag.Unchanged;
    }

    public ValueTag Hstore(ref Utf8JsonReader json, RentedList<byte> output)
    {
        var start = output.Count;
        var (count, isPlaceholder) = (0, false);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (count++ > 0) output.Append(", "u8);
            isPlaceholder = json.ValueTextEquals(unavailable.Text);
            QuotedString(ref json, output);
            output.Append("=>"u8);
            json.Read();
            if (json.TokenType == JsonTokenType.Null) output.Append("NULL"u8);
            else if (json.TokenType == JsonTokenType.String) QuotedString(ref json, output);
            else throw EnvelopeErrors.Value("an hstore that holds more than strings");
            isPlaceholder &= json.TokenType == JsonTokenType.String && json.ValueTextEquals(unavailable.Text);
        }

        if (count != 1 || !isPlaceholder) return ValueTag.Text;
        output.Truncate(start);
        return ValueTag.Unchanged;
    }

    private void QuotedString(ref Utf8JsonReader json, RentedList<byte> output)
    {
        _element.Truncate(0);
        ValueWriter.Text(ref json, _element);
        Quoted(_element.Span, output);
    }

    private static void Quoted(ReadOnlySpan<byte> text, RentedList<byte> output)
    {
        output.Add((byte)'"');
        foreach (var c in text)
        {
            if (c is (byte)'"' or (byte)'\\') output.Add((byte)'\\');
            output.Add(c);
        }

        output.Add((byte)'"');
    }

    public void Dispose() => _element.Dispose();
}
