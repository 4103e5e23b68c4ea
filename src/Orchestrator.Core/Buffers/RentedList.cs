using System.Buffers;

namespace Orchestrator.Core.Buffers;

/// <summary>
/// A list on an array of a pool. Batches of changes come and go by the megabyte: arrays of their own would leave
/// as much garbage behind. Whoever does not dispose it loses nothing but the reuse; whoever does must not hold on to
/// its memory. Not for concurrent use.
/// </summary>
public sealed class RentedList<T> : IDisposable
    where T : unmanaged
{
    /// <summary>Not the shared pool: that one keeps arrays of every size for every thread and processor.</summary>
    private static readonly ArrayPool<T> Pool = ArrayPool<T>.Create(1 << 26, 16);

    private T[] _items = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _items.AsSpan(0, Count)[index];

    /// <summary>What is in it now; valid until the next change of any kind.</summary>
    public Span<T> Span => _items.AsSpan(0, Count);

    /// <summary>What is in it now; valid until the next change of any kind.</summary>
    public ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    public void Add(T item)
    {
        if (Count == _items.Length) Grow(1);
        _items[Count++] = item;
    }

    /// <summary>Appends and returns the index of the first.</summary>
    public int Append(ReadOnlySpan<T> items)
    {
        if (Count + items.Length > _items.Length) Grow(items.Length);
        items.CopyTo(_items.AsSpan(Count));
        Count += items.Length;
        return Count - items.Length;
    }

    /// <summary>Appends room for items, whose content is undefined until written.</summary>
    public Span<T> Extend(int count)
    {
        if (Count + count > _items.Length) Grow(count);
        Count += count;
        return _items.AsSpan(Count - count, count);
    }

    /// <summary>Forgets everything from an index on.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    public void Dispose()
    {
        Return(_items);
        (_items, Count) = ([], 0);
    }

    private void Grow(int more)
    {
        var larger = Pool.Rent(Math.Max(Math.Max(Count * 2, Count + more), 64));
        _items.AsSpan(0, Count).CopyTo(larger);
        Return(_items);
        _items = larger;
    }

    private static void Return(T[] items)
    {
        if (items.Length > 0) Pool.Return(items);
    }
}
