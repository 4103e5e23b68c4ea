using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>What one key's changes amount to.</summary>
internal struct NetRow
{
    /// <summary>The row was there before the batch.</summary>
    public bool Existed;

    /// <summary>The row that was there before was deleted (and perhaps inserted again).</summary>
    public bool OldGone;

    /// <summary>The row as it is at the end of the batch; none: it is not there.</summary>
    public RowImage Now;
}

/// <summary>
/// Collapses one table's changes of a batch to the net effect per key. Refuses (<see cref="NeedsOrder"/>) whatever
/// cannot be expressed as "deletes, then updates, then inserts": the caller then applies the batch in source order.
/// </summary>
internal sealed class NetEffect(TableSchema table, ImageStore images) : IDisposable
{
    private readonly RentedList<NetRow> _rows = new();
    private byte[] _key = new byte[64];
    private int _keyLength;

    public KeyTable Keys { get; } = new();

    /// <summary>Changes that went in.</summary>
    public int Changes { get; private set; }

    /// <summary>Something only source order can express was met; nothing of this object may be used.</summary>
    public bool NeedsOrder { get; private set; }

    public ref NetRow Row(int number) => ref _rows[number];

    public void Dispose()
    {
        _rows.Dispose();
        Keys.Dispose();
    }

    public void Add(in RowChange change)
    {
        Changes++;
        switch (change.Op)
        {
            case ChangeOp.Insert:
                Insert(new RowImage(false, change.NewOffset));
                break;
            case ChangeOp.Update:
                Update(change);
                break;
            case ChangeOp.Delete:
                Delete(new RowImage(false, change.OldOffset));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change.Op, "not a row change");
        }
    }

    private void Insert(RowImage image)
    {
        BuildKey(image, RowImage.None);
        InsertAtKey(image);
    }

    private void InsertAtKey(RowImage image)
    {
        ref var row = ref Find(out var isNew);
        if (!isNew && (row.Now.Exists || (row.Existed && !row.OldGone))) NeedsOrder = true; // a row inserted where one stands
        row.Now = image;
    }

    private void Update(in RowChange change)
    {
        var image = new RowImage(false, change.NewOffset);
        var old = change.Old == OldImage.None ? RowImage.None : new RowImage(false, change.OldOffset);
        if (old.Exists && KeyChanged(old, image))
        {
            MoveKey(old, image);
            return;
        }

        BuildKey(image, old);
        ref var row = ref Find(out var isNew);
        if (isNew) row.Existed = true;
        else if (!row.Now.Exists) NeedsOrder = true; // an update of a row that was deleted
        row.Now = images.Merge(row.Now, image);
    }

    /// <summary>A changed key is a delete and an insert, unless a value of the new row was not sent and is not known.</summary>
    private void MoveKey(RowImage old, RowImage image)
    {
        BuildKey(old, RowImage.None);
        ref var row = ref Find(out var isNew);
        if (!isNew) image = images.Merge(row.Now, image);
        if (images.HasUnchanged(image)) NeedsOrder = true;
        Remove(ref row, isNew);
        BuildKey(image, old);
        InsertAtKey(image);
    }

    private void Delete(RowImage old)
    {
        BuildKey(old, RowImage.None);
        ref var row = ref Find(out var isNew);
        Remove(ref row, isNew);
    }

    private void Remove(ref NetRow row, bool isNew)
    {
        if (isNew) row.Existed = true;
        else if (!row.Now.Exists) NeedsOrder = true; // a second delete
        row.Now = RowImage.None;
        if (row.Existed) row.OldGone = true;
    }

    private ref NetRow Find(out bool isNew)
    {
        var number = Keys.GetOrAdd(_key.AsSpan(0, _keyLength), out isNew);
        if (isNew) _rows.Add(new NetRow { Now = RowImage.None });
        return ref _rows[number];
    }

    private bool KeyChanged(RowImage old, RowImage image)
    {
        BuildKey(old, RowImage.None);
        var before = _key.AsSpan(0, _keyLength).ToArray();
        BuildKey(image, old);
        return !before.AsSpan().SequenceEqual(_key.AsSpan(0, _keyLength));
    }

    /// <summary>Builds the key in key order; a key value that was not sent because it did not change stands in the old image.</summary>
    private void BuildKey(RowImage image, RowImage old)
    {
        _keyLength = 0;
        foreach (var column in table.Key.Columns)
        {
            var tag = Value(image, column, out var text);
            if (tag == ValueTag.Unchanged && old.Exists) tag = Value(old, column, out text);
            if (tag != ValueTag.Text) NeedsOrder = true; // the ordered path reports it with the statement's error
            KeyTable.AppendPart(ref _key, ref _keyLength, text);
        }
    }

    private ValueTag Value(RowImage image, int column, out ReadOnlySpan<byte> text)
    {
        var reader = images.Read(image);
        for (var i = 0; i < column; i++) reader.Next(out _);
        return reader.Next(out text);
    }
}
