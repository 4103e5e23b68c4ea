using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Turns a value of the log into the target's text form: the same text that the copy gives for it.</summary>
internal sealed class BinlogValue(Charsets charsets, ZeroDateTally zeroDates)
{
    private readonly ArrayBufferWriter<byte> _date = new(32);

    /// <summary>Bytes of the next value in a row, its length included.</summary>
    public static int Size(MappedColumn column, ReadOnlySpan<byte> row) => column.Type switch
    {
        ColumnType.Tiny or ColumnType.Year => 1,
        ColumnType.Short => 2,
        ColumnType.Int24 or ColumnType.Date or ColumnType.NewDate or ColumnType.Time => 3,
        ColumnType.Long or ColumnType.Float or ColumnType.Timestamp => 4,
        ColumnType.LongLong or ColumnType.Double or ColumnType.DateTime => 8,
        ColumnType.Timestamp2 => 4 + BinaryTime.FractionSize(column.Length),
        ColumnType.DateTime2 => 5 + BinaryTime.FractionSize(column.Length),
        ColumnType.Time2 => 3 + BinaryTime.FractionSize(column.Length),
        ColumnType.NewDecimal => BinaryDecimal.Size(column.Length, column.Scale),
        ColumnType.Bit => (column.Length + 7) / 8,
        ColumnType.Enum or ColumnType.Set => column.Length,
        ColumnType.VarChar or ColumnType.VarString or ColumnType.String or ColumnType.VarCharCompressed => Prefixed(row, column.Length > 255 ? 2 : 1),
        ColumnType.Blob or ColumnType.Json or ColumnType.Geometry or ColumnType.BlobCompressed => Prefixed(row, column.Length),
        _ => throw new OrchestratorException(ErrorKind.Data, "E-BINLOG-003", $"Column {column.Name} is of a type ({(int)column.Type}) the log's reader does not know."),
    };

    /// <returns>False: the value becomes NULL.</returns>
    /// <exception cref="OrchestratorException">Data: the value cannot be moved; the caller adds table and key.</exception>
    public bool Write(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        try
        {
            return WriteValue(column, plan, value, output);
        }
        catch (DamagedValue e)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-BINLOG-012", $"Column {plan.Name} ({plan.Column.Origin!.Type}) is damaged in the log: it holds {e.Message}.",
                "If the source itself still reads its log (mysqlbinlog --verify-binlog-checksum), report it; roll this run back and start a new one.", e) { Column = plan.Name };
        }
    }

    private bool WriteValue(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        switch (column.Type)
        {
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong:
                Integer(column, plan, value, output);
                return true;
            case ColumnType.NewDecimal:
                BinaryDecimal.Write(value, column.Length, column.Scale, output);
                return true;
            case ColumnType.Float:
                // As the copy reads it: with the digits of a double, of which the target makes the same float again.
                Put(output, BinaryPrimitives.ReadSingleLittleEndian(value));
                return true;
            case ColumnType.Double:
                Put(output, BinaryPrimitives.ReadDoubleLittleEndian(value));
                return true;
            case ColumnType.Year:
                Put(output, value[0] == 0 ? 0 : 1900L + value[0]);
                return true;
            case ColumnType.Bit:
                ValueText.Bits(value, column.Length, output);
                return true;
            case ColumnType.Enum:
                Enum(column, plan, value, output);
                return true;
            case ColumnType.Set:
                Set(column, plan, value, output);
                return true;
            case ColumnType.Time2:
                BinaryTime.Time(value, column.Length, output);
                return true;
            case ColumnType.Time:
                BinaryTime.OldTime(value, output);
                return true;
            case ColumnType.Json:
                Document(plan, value[column.Length..], output);
                return true;
            case ColumnType.BlobCompressed or ColumnType.VarCharCompressed:
                throw ValueText.Refused(plan, "is compressed by the server, which is not read from the log");
            default:
                return plan.Type.IsDate ? Date(column, plan, value, output) : Bytes(column, plan, value, output);
        }
    }

    private static int Prefixed(ReadOnlySpan<byte> row, int prefix) => prefix + checked((int)new EventReader(row).UInt(prefix));

    private static void Integer(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var number = new EventReader(value).UInt(value.Length);
        if (column.IsUnsigned)
        {
            if (plan.Reading == ValueReading.IntegerToBoolean && number > 1) throw ValueText.NoBoolean(plan, $"{number}");
            Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
            output.Advance(written);
            return;
        }

        var shift = 64 - (8 * value.Length);
        var signed = (long)(number << shift) >> shift;
        if (plan.Reading == ValueReading.IntegerToBoolean && signed is not (0 or 1)) throw ValueText.NoBoolean(plan, $"{signed}");
        Put(output, signed);
    }

    private void Enum(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var number = (int)new EventReader(value).UInt(value.Length);
        // The copy cannot tell the number 0 from a label that is empty.
        if (number == 0 && plan.Type.Labels.Contains("")) return;
        if (number == 0 || number > column.Labels.Length) throw ValueText.Refused(plan, "holds a value that is none of its labels");
        Text(column.Labels[number - 1], column, plan, output);
    }

    private void Set(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var bits = new EventReader(value).UInt(value.Length);
        if (column.Labels.Length < 64 && bits >> column.Labels.Length != 0) throw ValueText.Refused(plan, "holds a value that is none of its labels");
        var first = true;
        for (var i = 0; i < column.Labels.Length; i++)
        {
            if ((bits & (1UL << i)) == 0) continue;
            if (!first) output.Write(","u8);
            first = false;
            Text(column.Labels[i], column, plan, output);
        }
    }

    private bool Date(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        _date.ResetWrittenCount();
        switch (column.Type)
        {
            case ColumnType.Date or ColumnType.NewDate: BinaryTime.Date(value, _date); break;
            case ColumnType.DateTime2: BinaryTime.DateTime(value, column.Length, _date); break;
            case ColumnType.Timestamp2: BinaryTime.Timestamp(value, column.Length, _date); break;
            case ColumnType.DateTime: BinaryTime.OldDateTime(value, _date); break;
            case ColumnType.Timestamp: BinaryTime.OldTimestamp(value, _date); break;
            default: throw new InvalidOperationException($"{column.Type} is no date");
        }

        return ValueText.Date(_date.WrittenSpan, plan, zeroDates, output);
    }

    private bool Bytes(MappedColumn column, ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        value = value[Prefix(column)..];
        if (plan.Type.Name is "uuid" or "inet6" or "inet4") FixedType(plan, value, output);
        else if (plan.Reading is ValueReading.Bytes or ValueReading.BytesToUuid) Binary(plan, value, output);
        else Text(value, column, plan, output);
        return true;
    }

    private static void Document(ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var start = output.WrittenCount;
        BinaryJson.Write(value, output);
        if (plan.IsDocument) ValueText.CheckDocument(output.WrittenSpan[start..], plan);
    }

    private static int Prefix(MappedColumn column) => column.Type == ColumnType.Blob ? column.Length : column.Length > 255 ? 2 : 1;

    /// <summary>The log leaves out the zero bytes at the end of a BINARY(n) (CASES MP10).</summary>
    private static void Binary(ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        if (plan.Type.Name == "binary" && plan.Type.Length is { } length && value.Length < length) value = Padded(value, length);
        if (plan.Reading == ValueReading.BytesToUuid) ValueText.Uuid(value, plan, output);
        else ValueText.Bytes(value, output);
    }

    private static byte[] Padded(ReadOnlySpan<byte> value, int length)
    {
        var padded = new byte[length];
        value.CopyTo(padded);
        return padded;
    }

    /// <summary>
    /// MariaDB's types of fixed length. A UUID is stored with its groups turned round, so that an index of it grows at one end
    /// (sql/sql_type_uuid.h); those of version 6 and later, and what is no UUID of RFC 4122, are stored as they are.
    /// </summary>
    private static void FixedType(ColumnPlan plan, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        if (plan.Type.Name == "uuid")
        {
            var stored = Padded(value, 16);
            ValueText.Uuid(IsSwapped(stored) ? [.. stored[12..16], .. stored[10..12], .. stored[8..10], .. stored[6..8], .. stored[0..6]] : stored, plan, output);
            return;
        }

        var address = plan.Type.Name == "inet4" ? new IPAddress(Padded(value, 4)).ToString() : Inet6Text.Of(Padded(value, 16));
        output.Advance(Encoding.ASCII.GetBytes(address, output.GetSpan(address.Length)));
    }

    private static bool IsSwapped(byte[] stored) => (stored[6] & 0x80) != 0 && stored[8] is > 0 and < 0x80;

    private void Text(ReadOnlySpan<byte> value, MappedColumn column, ColumnPlan plan, ArrayBufferWriter<byte> output)
    {
        var set = charsets.NameOf(column.Collation)
            ?? throw new OrchestratorException(ErrorKind.Data, "E-BINLOG-004", $"The log names a collation ({column.Collation}) of column {plan.Name} that the server does not list.");
        if (set == "binary") set = "utf8mb4"; // JSON of MariaDB and labels of old tables: bytes as they are
        var start = output.WrittenCount;
        if (!charsets.TryWrite(value, set, output)) throw ValueText.NoText(plan, set);
        if (plan.IsDocument) ValueText.CheckDocument(output.WrittenSpan[start..], plan);
        if (output.WrittenSpan[start..].Contains((byte)0)) throw ValueText.NulCharacter(plan);
    }

    private static void Put(ArrayBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    private static void Put(ArrayBufferWriter<byte> output, double number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(32), out var written);
        output.Advance(written);
    }
}
