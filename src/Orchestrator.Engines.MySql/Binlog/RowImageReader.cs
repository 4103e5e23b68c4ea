using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Turns rows of the log into row images (<see cref="TupleReader"/>).</summary>
internal sealed class RowImageReader(BinlogValue values)
{
    private readonly ArrayBufferWriter<byte> _image = new(4096);
    private readonly ArrayBufferWriter<byte> _value = new(4096);

    /// <summary>Adds the changes of one event.</summary>
    /// <param name="op">What happened to its rows.</param>
    /// <param name="body">The event after its table number, flags and extra data.</param>
    /// <param name="map">The table as the log describes it.</param>
    /// <param name="form">The table as planned.</param>
    /// <param name="isAlone">As <see cref="RowChange.IsAlone"/>.</param>
    /// <param name="batch">Takes the changes.</param>
    /// <exception cref="OrchestratorException">Data: a row is not whole, or a value cannot be moved.</exception>
    public void Read(ChangeOp op, ReadOnlySpan<byte> body, TableMap map, FollowedForm form, bool isAlone, ChangeBatchBuilder batch)
    {
        var reader = new EventReader(body);
        var count = checked((int)reader.Packed());
        if (count != map.Columns.Count) throw new DamagedValue($"rows of {count} columns for a table of {map.Columns.Count}");
        RequireWhole(reader.Bytes((count + 7) / 8), count, form);
        if (op == ChangeOp.Update) RequireWhole(reader.Bytes((count + 7) / 8), count, form);
        while (reader.Left > 0)
        {
            var first = Row(ref reader, map);
            switch (op)
            {
                case ChangeOp.Insert:
                    batch.Add(op, form.Index, OldImage.None, 0, Append(first, map, form, batch));
                    break;
                case ChangeOp.Delete:
                    batch.Add(op, form.Index, OldImage.Full, Append(first, map, form, batch), 0, isAlone);
                    break;
                default:
                    var second = Row(ref reader, map);
                    var keyChanged = form.Table.Key.Kind == RowKeyKind.FullRow || !SameKey(first, second, map, form);
                    var old = keyChanged ? Append(first, map, form, batch) : 0;
                    batch.Add(op, form.Index, keyChanged ? OldImage.Full : OldImage.None, old, Append(second, map, form, batch), isAlone);
                    break;
            }
        }
    }

    /// <summary>Cuts the next row off.</summary>
    private static ReadOnlySpan<byte> Row(ref EventReader reader, TableMap map)
    {
        var cursor = new RowCursor(map, reader.Rest);
        while (cursor.Next())
        {
            // Only its end is looked for.
        }

        return reader.Bytes(reader.Left - cursor.Left.Length);
    }

    private int Append(ReadOnlySpan<byte> row, TableMap map, FollowedForm form, ChangeBatchBuilder batch)
    {
        _image.ResetWrittenCount();
        BinaryPrimitives.WriteInt16BigEndian(_image.GetSpan(2), (short)form.Plans.Length);
        _image.Advance(2);
        var cursor = new RowCursor(map, row);
        while (cursor.Next())
        {
            _value.ResetWrittenCount();
            try
            {
                if (!cursor.IsNull && values.Write(map.Columns[cursor.Column], form.Plans[cursor.Column], cursor.Value, _value)) PutText();
                else Put((byte)ValueTag.Null);
            }
            catch (OrchestratorException e)
            {
                throw About(e, row, map, form);
            }
        }

        return batch.Append(_image.WrittenSpan);
    }

    private void Put(byte tag)
    {
        _image.GetSpan(1)[0] = tag;
        _image.Advance(1);
    }

    private void PutText()
    {
        Put((byte)ValueTag.Text);
        BinaryPrimitives.WriteInt32BigEndian(_image.GetSpan(4), _value.WrittenCount);
        _image.Advance(4);
        _image.Write(_value.WrittenSpan);
    }

    /// <summary>The key's bytes are the same; then its text is too.</summary>
    private static bool SameKey(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, TableMap map, FollowedForm form)
    {
        var one = new RowCursor(map, before);
        var other = new RowCursor(map, after);
        while (one.Next() && other.Next())
            if (form.IsKey[one.Column] && !one.Value.SequenceEqual(other.Value)) return false;
        return true;
    }

    /// <summary>A row without some of its columns (binlog_row_image MINIMAL or NOBLOB) says nothing about them.</summary>
    private static void RequireWhole(ReadOnlySpan<byte> present, int count, FollowedForm form)
    {
        for (var i = 0; i < count; i++)
        {
            if ((present[i / 8] & (1 << (i % 8))) != 0) continue;
            throw new OrchestratorException(
                ErrorKind.Data, "E-BINLOG-002", $"The log holds a row of {form.Table.Origin} without column {form.Plans[i].Name}: a session wrote it with another binlog_row_image than FULL.",
                "SET GLOBAL binlog_row_image = 'FULL' and end the sessions that use another; roll this run back and start a new one.") { Table = form.Table.Origin.ToString() };
        }
    }

    /// <summary>Names the row by its key, as far as that can be read.</summary>
    private OrchestratorException About(OrchestratorException error, ReadOnlySpan<byte> row, TableMap map, FollowedForm form)
    {
        var key = new List<string>();
        var cursor = new RowCursor(map, row);
        while (cursor.Next())
        {
            var plan = form.Plans[cursor.Column];
            _value.ResetWrittenCount();
            if (form.IsKey[cursor.Column] && plan.Name != error.Column && !cursor.IsNull && values.Write(map.Columns[cursor.Column], plan, cursor.Value, _value))
                key.Add($"{plan.Name} = {Encoding.UTF8.GetString(_value.WrittenSpan)}");
        }

        var text = key.Count > 0 ? string.Join(", ", key) : "without a key that can be named";
        return new OrchestratorException(error.Kind, error.Code, $"{form.Table.Origin}, changed row {text}: {error.Message}", error.Fix, error)
        {
            Table = form.Table.Origin.ToString(), Column = error.Column, Key = text,
        };
    }
}
