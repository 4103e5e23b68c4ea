using System.Buffers;

namespace Orchestrator.Core.Buffers;

/// <summary>
/// Rows as COPY text (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.2) on their way from a reader to a
/// writer's buffer: columns by tabs, rows by line feeds, NULL as \N. It holds what does not fit yet, no more.
/// </summary>
public sealed class CopyText : IBufferWriter<byte>
{
    private const int FirstBytes = 256 * 1024;

    /// <summary>What must be escaped, and the one character PostgreSQL's text cannot hold.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'\\', (byte)'\n', (byte)'\r', (byte)'\t', 0]);

    private byte[] _bytes = new byte[FirstBytes];
    private int _taken;
    private int _end;

    /// <summary>Bytes that wait to be taken.</summary>
    public int Waiting => _end - _taken;

    /// <summary>Bytes of memory it holds.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Between two columns.</summary>
    public void NextColumn() => Put((byte)'\t');

    public void EndRow() => Put((byte)'\n');

    public void Null() => Write("\\N"u8);

    /// <summary>A value that means nothing to COPY as it is, such as a number.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        _end += value.Length;
    }

    /// <summary>A value in UTF-8, escaped.</summary>
    /// <returns>False: it holds a NUL character, and was written in part.</returns>
    public bool TryWriteText(ReadOnlySpan<byte> value)
    {
        for (var at = value.IndexOfAny(Special); at >= 0; at = value.IndexOfAny(Special))
        {
            if (value[at] == 0) return false;
            Write(value[..at]);
            Put((byte)'\\');
            Put(value[at] switch { (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', (byte)'\t' => (byte)'t', var c => c });
            value = value[(at + 1)..];
        }

        Write(value);
        return true;
    }

    /// <summary>Moves what waits into the buffer, as much as it takes.</summary>
    /// <returns>Bytes moved.</returns>
    public int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, Waiting);
        _bytes.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        // The rest moves to the front when it is the smaller part: a huge row is not moved with every bufferful.
        if (Waiting <= _taken)
        {
            _bytes.AsSpan(_taken, Waiting).CopyTo(_bytes);
            (_taken, _end) = (0, Waiting);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Advance(int count) => _end += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    private void Put(byte value)
    {
        Reserve(1);
        _bytes[_end++] = value;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _end >= Math.Max(count, 1)) return;
        Array.Resize(ref _bytes, (int)Math.Min(Math.Max(_bytes.Length * 2L, (long)_end + count), Array.MaxLength));
    }
}
