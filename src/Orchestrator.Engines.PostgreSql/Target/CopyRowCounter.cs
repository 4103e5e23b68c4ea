using System.Buffers.Binary;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>
/// Counts the rows of a COPY stream that passes by in pieces, without keeping it. Text: one line each. Binary: walks
/// the length words (https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format").
/// </summary>
internal sealed class CopyRowCounter(RowFormat format)
{
    private const int HeaderBytes = 19;
    private readonly byte[] _partial = new byte[4];
    private int _partialLength;
    private long _skip = format == RowFormat.Binary ? HeaderBytes : 0;
    private int _fields;

    public long Rows { get; private set; }

    public void Pass(ReadOnlySpan<byte> bytes)
    {
        if (format == RowFormat.Text)
        {
            Rows += bytes.Count((byte)'\n');
            return;
        }

        while (bytes.Length > 0)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length);
            bytes = bytes[skipped..];
            _skip -= skipped;
            if (_skip == 0) ReadWords(ref bytes);
        }
    }

    /// <summary>Reads count and length words until a value must be skipped or the bytes run out.</summary>
    private void ReadWords(ref ReadOnlySpan<byte> bytes)
    {
        while (_skip == 0)
        {
            var size = _fields == 0 ? 2 : 4;
            if (!TryWord(ref bytes, size, out var word)) return;
            if (size == 2) StartRow(BinaryPrimitives.ReadInt16BigEndian(word));
            else EndField(BinaryPrimitives.ReadInt32BigEndian(word));
        }
    }

    private void StartRow(short fields)
    {
        if (fields < 0) _skip = long.MaxValue; // the trailer
        else Rows++;
        _fields = Math.Max(fields, (short)0);
    }

    private void EndField(int length)
    {
        _fields--;
        _skip = Math.Max(length, 0);
    }

    private bool TryWord(ref ReadOnlySpan<byte> bytes, int size, out ReadOnlySpan<byte> word)
    {
        if (_partialLength == 0 && bytes.Length >= size)
        {
            word = bytes[..size];
            bytes = bytes[size..];
            return true;
        }

        var take = Math.Min(size - _partialLength, bytes.Length);
        bytes[..take].CopyTo(_partial.AsSpan(_partialLength));
        bytes = bytes[take..];
        _partialLength += take;
        word = _partial.AsSpan(0, size);
        if (_partialLength < size) return false;
        _partialLength = 0;
        return true;
    }
}
