using System.Buffers.Binary;
using System.Text.Json;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>Turns a row (an object by column names) into an image as <see cref="TupleReader"/> reads it.</summary>
/// <param name="unavailable">What stands for values that were not sent.</param>
internal sealed class RowDecoder(UnavailableValue unavailable) : IDisposable
{
    private readonly ValueWriter _values = new(unavailable);
    private readonly RentedList<byte> _scratch = new();

    /// <summary>Where each column's value lies, by copied column, relative to the image.</summary>
    private (int Start, int Length)[] _places = new (int, int)[64];

    /// <summary>Appends the image of the row the reader stands at the start of.</summary>
    /// <param name="json">Stands at the row's brace, and stands at the closing one afterwards unless the row did not match.</param>
    /// <param name="form">The table's form.</param>
    /// <param name="values">How its copied columns are read.</param>
    /// <param name="keyOnly">Only the key is meaningful: everything else reads NULL.</param>
    /// <param name="images">Takes the image; unchanged if the row did not match.</param>
    /// <returns>Null; or why the row has not the table's columns.</returns>
    public OrchestratorException? Decode(ref Utf8JsonReader json, TableForm form, ValueForm[] values, bool keyOnly, RentedList<byte> images)
    {
        var columns = form.Table.Copied.Count;
        if (_places.Length < columns) _places = new (int, int)[columns];
        var places = _places.AsSpan(0, columns);
        places.Clear();
        var start = images.Count;
        BinaryPrimitives.WriteInt16BigEndian(images.Extend(2), (short)columns);
        var (next, last, seen, inOrder) = (0, -1, 0, true);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = Field(ref json, form, next);
            if (at < 0 || (form.Fields[at].Copied is >= 0 and var twice && places[twice].Length > 0))
            {
                images.Truncate(start);
                return EnvelopeErrors.ExtraField(form.Table.Table, json.GetString()!);
            }

            next = at + 1;
            json.Read();
            var field = form.Fields[at];
            if (field.Copied < 0)
            {
                json.Skip();
                continue;
            }

            var from = images.Count;
            Column(ref json, form, values, field, keyOnly && !field.IsKey, images);
            places[field.Copied] = (from - start, images.Count - from);
            inOrder &= field.Copied > last;
            last = field.Copied;
            seen++;
        }

        if (seen < columns && Missing(form, places, keyOnly, start, images) is { } missing) return missing;
        if (!inOrder || seen < columns) Reorder(start, places, images);
        return null;
    }

    /// <summary>Columns come in the table's order, so the next one is looked at first.</summary>
    private static int Field(ref Utf8JsonReader json, TableForm form, int next) =>
        next < form.Fields.Length && !json.ValueIsEscaped && json.ValueSpan.SequenceEqual(form.Fields[next].Name) ? next : form.Find(json.GetString()!);

    private void Column(ref Utf8JsonReader json, TableForm form, ValueForm[] values, FieldOfTable field, bool isAbsent, RentedList<byte> images)
    {
        if (isAbsent || json.TokenType == JsonTokenType.Null)
        {
            json.Skip();
            images.Add((byte)ValueTag.Null);
            return;
        }

        var at = images.Count;
        images.Extend(5);
        ValueTag tag;
        try
        {
            tag = _values.Write(ref json, values[field.Copied], images);
        }
        catch (OrchestratorException e)
        {
            throw e.In(form.Table.Table, form.Table.Copied[field.Copied].Name);
        }

        images[at] = (byte)tag;
        if (tag == ValueTag.Text) BinaryPrimitives.WriteInt32BigEndian(images.Span[(at + 1)..], images.Count - at - 5);
        else images.Truncate(at + 1);
    }

    /// <summary>An old row may come with its key only; whatever else is absent was dropped, renamed or filtered out.</summary>
    private static OrchestratorException? Missing(TableForm form, Span<(int Start, int Length)> places, bool keyOnly, int start, RentedList<byte> images)
    {
        foreach (var field in form.Fields)
        {
            if (field.Copied < 0 || places[field.Copied].Length > 0) continue;
            if (!keyOnly || field.IsKey)
            {
                images.Truncate(start);
                return EnvelopeErrors.MissingField(form.Table.Table, TableForm.SourceName(form.Table.Copied[field.Copied]));
            }

            places[field.Copied] = (images.Count - start, 1);
            images.Add((byte)ValueTag.Null);
        }

        return null;
    }

    private void Reorder(int start, Span<(int Start, int Length)> places, RentedList<byte> images)
    {
        _scratch.Truncate(0);
        _scratch.Append(images.Span[start..]);
        images.Truncate(start + 2);
        foreach (var (from, length) in places) images.Append(_scratch.Span.Slice(from, length));
    }

    public void Dispose()
    {
        _values.Dispose();
        _scratch.Dispose();
    }
}
