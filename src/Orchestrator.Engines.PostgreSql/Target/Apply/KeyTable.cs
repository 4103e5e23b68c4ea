using System.Buffers.Binary;
using Orchestrator.Core.Buffers;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Maps key bytes to dense numbers 0..Count-1 in order of first sight. Grows with a batch and is thrown away with it;
/// exists because a dictionary keyed by slices would allocate an object per row.
/// </summary>
internal sealed class KeyTable : IDisposable
{
    private readonly RentedList<int> _buckets = new();
    private readonly RentedList<Entry> _entries = new();
    private readonly RentedList<byte> _bytes = new();

    public KeyTable() => _buckets.Extend(64).Clear();

    private readonly record struct Entry(int Hash, int Start, int Length, int Next);

    public int Count => _entries.Count;

    /// <summary>The key's number; <paramref name="isNew"/> if it was not there.</summary>
    public int GetOrAdd(ReadOnlySpan<byte> key, out bool isNew)
    {
        var hash = Hash(key);
        for (var i = _buckets[hash & (_buckets.Count - 1)] - 1; i >= 0; i = _entries[i].Next)
        {
            if (_entries[i].Hash == hash && Key(i).SequenceEqual(key))
            {
                isNew = false;
                return i;
            }
        }

        isNew = true;
        return Add(key, hash);
    }

    /// <summary>The key as it was built with <see cref="AppendPart"/>.</summary>
    public ReadOnlySpan<byte> Key(int number) => _bytes.Span.Slice(_entries[number].Start, _entries[number].Length);

    /// <summary>Appends one column's value to a key under construction: length, then bytes, so that parts cannot run together.</summary>
    public static void AppendPart(ref byte[] key, ref int length, ReadOnlySpan<byte> value)
    {
        if (length + 4 + value.Length > key.Length) Array.Resize(ref key, Math.Max(key.Length * 2, length + 4 + value.Length));
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(length), value.Length);
        value.CopyTo(key.AsSpan(length + 4));
        length += 4 + value.Length;
    }

    /// <summary>Takes the next column's value off a key.</summary>
    public static ReadOnlySpan<byte> TakePart(ref ReadOnlySpan<byte> key)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(key);
        var part = key.Slice(4, length);
        key = key[(4 + length)..];
        return part;
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private int Add(ReadOnlySpan<byte> key, int hash)
    {
        if (Count == _buckets.Count) Grow();
        ref var bucket = ref _buckets[hash & (_buckets.Count - 1)];
        _entries.Add(new Entry(hash, _bytes.Append(key), key.Length, bucket - 1));
        bucket = Count;
        return Count - 1;
    }

    private void Grow()
    {
        _buckets.Extend(_buckets.Count);
        _buckets.Span.Clear();
        for (var i = 0; i < Count; i++)
        {
            ref var bucket = ref _buckets[_entries[i].Hash & (_buckets.Count - 1)];
            _entries[i] = _entries[i] with { Next = bucket - 1 };
            bucket = i + 1;
        }
    }

    public void Dispose()
    {
        _buckets.Dispose();
        _entries.Dispose();
        _bytes.Dispose();
    }
}
