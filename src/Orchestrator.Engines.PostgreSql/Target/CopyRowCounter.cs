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
    private readonly byte[] _cut = new byte[4];
    private int _cutLength;
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

        if (_cutLength > 0)
        {
            var missing = Math.Min(WordBytes - _cutLength, bytes.Length);
            Keep(bytes[..missing]);
            bytes = bytes[missing..];
            if (_cutLength < WordBytes) return;
            _cutLength = 0;
            Walk(_cut.AsSpan(0, WordBytes));
        }

        Keep(bytes[Walk(bytes)..]);
    }

    /// <summary>A row begins with the number of its fields, a field with its length.</summary>
    private int WordBytes => _fields == 0 ? 2 : 4;

    /// <summary>Goes from word to word.</summary>
    /// <returns>Where it stopped: the end, or less than a word before it.</returns>
    private int Walk(ReadOnlySpan<byte> bytes)
    {
        var at = 0L;
        for (var fields = _fields; ;)
        {
            at += _skip;
            _skip = 0;
            var left = bytes.Length - at;
            if (left < (fields == 0 ? 2 : 4))
            {
                _fields = fields;
                _skip = Math.Max(-left, 0);
                return (int)Math.Min(at, bytes.Length);
            }

            if (fields == 0)
            {
                fields = BinaryPrimitives.ReadInt16BigEndian(bytes[(int)at..]);
                at += 2;
                if (fields >= 0) Rows++;
                // The trailer.
                else (fields, _skip) = (0, long.MaxValue / 2);
            }
            else
            {
                fields--;
                at += 4 + Math.Max(BinaryPrimitives.ReadInt32BigEndian(bytes[(int)at..]), 0);
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        part.CopyTo(_cut.AsSpan(_cutLength));
        _cutLength += part.Length;
    }
}
