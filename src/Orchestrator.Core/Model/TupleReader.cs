using System.Buffers.Binary;

namespace Orchestrator.Core.Model;

/// <summary>What stands in a column of a row image.</summary>
public enum ValueTag : byte
{
    Null = (byte)'n',

    /// <summary>A value that was not sent because it did not change (PostgreSQL TOAST): keep the target's.</summary>
    Unchanged = (byte)'u',

    /// <summary>The target's PostgreSQL text form, UTF-8.</summary>
    Text = (byte)'t',
}

/// <summary>
/// Reads one row image: Int16 column count, then per column a tag byte and, for text, an Int32 length and the bytes,
/// all big-endian. This is TupleData of PostgreSQL's logical replication message formats
/// (https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html), so pgoutput images are used as they come.
/// </summary>
public ref struct TupleReader
{
    private readonly ReadOnlySpan<byte> _image;
    private int _next;

    /// <param name="buffer">A buffer that holds the image from <paramref name="offset"/> on.</param>
    /// <param name="offset">Start of the image.</param>
    public TupleReader(ReadOnlySpan<byte> buffer, int offset)
    {
        _image = buffer[offset..];
        ColumnCount = BinaryPrimitives.ReadInt16BigEndian(_image);
        _next = 2;
    }

    public int ColumnCount { get; }

    /// <summary>Bytes read so far; the size of the image once every column was read.</summary>
    public readonly int Position => _next;

    /// <summary>Reads the next column; call exactly <see cref="ColumnCount"/> times.</summary>
    public ValueTag Next(out ReadOnlySpan<byte> text)
    {
        var tag = (ValueTag)_image[_next++];
        if (tag != ValueTag.Text)
        {
            text = default;
            return tag;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_image[_next..]);
        text = _image.Slice(_next + 4, length);
        _next += 4 + length;
        return tag;
    }
}
