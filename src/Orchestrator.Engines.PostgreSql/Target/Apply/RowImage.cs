using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>Where a row image is: in the batch's buffer, or in the arena of images merged from several changes.</summary>
internal readonly record struct RowImage(bool InArena, int Offset)
{
    public static RowImage None => new(false, -1);

    public bool Exists => Offset >= 0;
}

/// <summary>Images of one batch: those that came and those made by merging.</summary>
internal sealed class ImageStore(ReadOnlyMemory<byte> buffer) : IDisposable
{
    private readonly RentedList<byte> _arena = new();

    public TupleReader Read(RowImage image) =>
        new(image.InArena ? _arena.Span : buffer.Span, image.Offset);

    public bool HasUnchanged(RowImage image)
    {
        var reader = Read(image);
        for (var i = 0; i < reader.ColumnCount; i++)
        {
            if (reader.Next(out _) == ValueTag.Unchanged) return true;
        }

        return false;
    }

    /// <summary>The newer image with its unchanged values taken from the older one.</summary>
    public RowImage Merge(RowImage older, RowImage newer)
    {
        if (!older.Exists || !HasUnchanged(newer)) return newer;
        // Room for both first: the readers below stand on this memory.
        var start = _arena.Count;
        _arena.Extend(Size(older) + Size(newer));
        _arena.Truncate(start);
        var oldReader = Read(older);
        var newReader = Read(newer);
        _arena.Append([(byte)(newReader.ColumnCount >> 8), (byte)newReader.ColumnCount]);
        for (var i = 0; i < newReader.ColumnCount; i++)
        {
            var oldTag = oldReader.Next(out var oldText);
            var newTag = newReader.Next(out var newText);
            if (newTag == ValueTag.Unchanged) WriteValue(oldTag, oldText);
            else WriteValue(newTag, newText);
        }

        return new RowImage(true, start);
    }

    private int Size(RowImage image)
    {
        var reader = Read(image);
        for (var i = 0; i < reader.ColumnCount; i++) reader.Next(out _);
        return reader.Position;
    }

    private void WriteValue(ValueTag tag, ReadOnlySpan<byte> text)
    {
        _arena.Add((byte)tag);
        if (tag != ValueTag.Text) return;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(_arena.Extend(4), text.Length);
        _arena.Append(text);
    }

    public void Dispose() => _arena.Dispose();
}
