using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// The old and the new row of one event. They stand before the block that names their table: they are decoded by a guess on the
/// way, and again only if the guess was wrong.
/// </summary>
internal ref struct RowPair(RowDecoder decoder, TableForms? guess, EmbeddedSchema? schema, ReadOnlySpan<byte> payload, RentedList<byte> images)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private readonly int _start = images.Count;
    private OneRow _before = new();
    private OneRow _after = new();

    private struct OneRow
    {
        public OneRow() => From = -1;

        /// <summary>Where its brace stands in the payload; -1: null.</summary>
        public int From;

        /// <summary>By which it was decoded; null: not yet.</summary>
        public TableForm? Form;
        public int Offset;
        public int Length;
    }

    public void Read(ref Utf8JsonReader json, bool isBefore)
    {
        if (json.TokenType == JsonTokenType.Null) return;
        if (json.TokenType != JsonTokenType.StartObject) throw EnvelopeErrors.Malformed("a row is no object");
        ref var row = ref Row(isBefore);
        row.From = (int)json.TokenStartIndex;
        if (guess is null)
        {
            json.Skip();
            return;
        }

        var at = json;
        if (TryDecode(ref at, guess.Current, isBefore) is null) json = at;
        else json.Skip(); // Settle finds out why
    }

    /// <summary>The table is known: whatever was not decoded by a form of it is decoded now.</summary>
    /// <exception cref="OrchestratorException">Data: no form of the table fits.</exception>
    public void Settle(TableForms tables)
    {
        if (guess != tables)
        {
            images.Truncate(_start);
            (_before.Form, _after.Form) = (null, null);
        }

        if (IsDoneBy(tables.Current)) return;
        var why = DecodeBoth(tables.Current);
        // The newest form first: a change that was undone again is the same form twice.
        for (var i = tables.All.Count - 1; i >= 0 && why is not null; i--)
        {
            if (tables.All[i] == tables.Current || DecodeBoth(tables.All[i]) is not null) continue;
            tables.Current = tables.All[i];
            return;
        }

        if (why is not null) throw why;
    }

    public readonly DecodedEvent Fill(DecodedEvent decoded)
    {
        var table = (_after.Form ?? _before.Form ?? throw EnvelopeErrors.Malformed("it has neither old nor new row")).Table;
        if (decoded.Op != ChangeOp.Delete && _after.From < 0) throw EnvelopeErrors.Malformed("its new row is missing");
        if (decoded.Op == ChangeOp.Delete && _before.From < 0) throw EnvelopeErrors.NoOldRow(table.Table);
        var old = decoded.Op == ChangeOp.Insert || _before.From < 0 ? OldImage.None : _before.Form!.IsKeyed ? OldImage.Key : OldImage.Full;
        if (decoded.Op == ChangeOp.Update && old != OldImage.None && _after.Form!.Identity.Count > 0 && IsSameIdentity()) old = OldImage.None;
        return decoded with
        {
            Table = (_after.Form ?? _before.Form)!.Index,
            Old = old,
            OldOffset = old == OldImage.None ? 0 : _before.Offset,
            OldLength = old == OldImage.None ? 0 : _before.Length,
            NewOffset = decoded.Op == ChangeOp.Delete ? 0 : _after.Offset,
            NewLength = decoded.Op == ChangeOp.Delete ? 0 : _after.Length,
        };
    }

    private readonly bool IsDoneBy(TableForm form) => (_before.From < 0 || _before.Form == form) && (_after.From < 0 || _after.Form == form);

    private OrchestratorException? DecodeBoth(TableForm form)
    {
        images.Truncate(_start);
        return DecodeAgain(form, isBefore: true) ?? DecodeAgain(form, isBefore: false);
    }

    private OrchestratorException? DecodeAgain(TableForm form, bool isBefore)
    {
        ref var row = ref Row(isBefore);
        row.Form = null;
        if (row.From < 0) return null;
        var json = new Utf8JsonReader(_payload[row.From..]);
        json.Read();
        return TryDecode(ref json, form, isBefore);
    }

    private OrchestratorException? TryDecode(ref Utf8JsonReader json, TableForm form, bool isBefore)
    {
        ref var row = ref Row(isBefore);
        row.Offset = images.Count;
        OrchestratorException? why;
        try
        {
            why = decoder.Decode(ref json, form, schema?.ValuesOf(form) ?? form.Values, isBefore && form.IsKeyed, images);
        }
        catch (OrchestratorException e)
        {
            images.Truncate(row.Offset); // another form of the table may fit
            why = e;
        }

        row.Form = why is null ? form : null;
        row.Length = images.Count - row.Offset;
        return why;
    }

    [UnscopedRef]
    private ref OneRow Row(bool isBefore) => ref isBefore ? ref _before : ref _after;

    /// <summary>MySQL sends the old row with every update, changed key or not.</summary>
    private readonly bool IsSameIdentity()
    {
        var old = new TupleReader(images.Span, _before.Offset);
        var now = new TupleReader(images.Span, _after.Offset);
        var identity = _after.Form!.Identity;
        for (var i = 0; i < now.ColumnCount; i++)
        {
            var oldTag = old.Next(out var oldText);
            var nowTag = now.Next(out var nowText);
            if (!identity.Contains(i) || nowTag == ValueTag.Unchanged) continue;
            if (oldTag != nowTag || !oldText.SequenceEqual(nowText)) return false;
        }

        return true;
    }
}
