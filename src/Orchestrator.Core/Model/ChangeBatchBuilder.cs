using System.Diagnostics.CodeAnalysis;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Model;

/// <summary>Collects changes into a batch; reused never, a batch owns what it was built from.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The batch takes them over.")]
public sealed class ChangeBatchBuilder
{
    private readonly IReadOnlyList<TableSchema> _tables;
    private readonly List<SourceTransaction> _transactions = [];
    private readonly RentedList<RowChange> _changes = new();
    private readonly RentedList<byte> _buffer = new();
    private string? _marker;
    private int _closedChanges;
    private int _closedBytes;

    public ChangeBatchBuilder(IReadOnlyList<TableSchema> tables) => _tables = tables;

    public int ChangeCount => _changes.Count;

    public int ByteCount => _buffer.Count;

    public int TransactionCount => _transactions.Count;

    /// <summary>Appends bytes of an image and returns where they start.</summary>
    public int Append(ReadOnlySpan<byte> bytes) => _buffer.Append(bytes);

    /// <summary>Adds a change of the transaction that is open now.</summary>
    public void Add(ChangeOp op, int table, OldImage old, int oldOffset, int newOffset, bool isAlone = false) =>
        _changes.Add(new RowChange(op, table, _transactions.Count, old, oldOffset, newOffset, isAlone));

    public void Mark(string nonce) => _marker = nonce;

    /// <summary>Ends the open transaction (or, for a part of a huge one, closes this batch's share of it).</summary>
    public void EndTransaction(SourceTransaction transaction)
    {
        _transactions.Add(transaction);
        (_closedChanges, _closedBytes) = (_changes.Count, _buffer.Count);
    }

    /// <summary>Moves what is there of the transaction that is open now into a builder of its own, so that this one holds whole ones only.</summary>
    public ChangeBatchBuilder TakeOpen()
    {
        var open = new ChangeBatchBuilder(_tables);
        open._buffer.Append(_buffer.Span[_closedBytes..]);
        foreach (var change in _changes.Span[_closedChanges..])
        {
            open._changes.Add(change.Op == ChangeOp.Truncate ? change with { Transaction = 0 } : change with
            {
                Transaction = 0,
                OldOffset = change.Old == OldImage.None ? change.OldOffset : change.OldOffset - _closedBytes,
                NewOffset = change.Op == ChangeOp.Delete ? change.NewOffset : change.NewOffset - _closedBytes,
            });
        }

        _buffer.Truncate(_closedBytes);
        _changes.Truncate(_closedChanges);
        return open;
    }

    /// <summary>Forgets the changes of the transaction that is open now: it can only be delivered as a whole, or not at all.</summary>
    public void DropOpenTransaction()
    {
        while (ChangeCount > 0 && _changes[ChangeCount - 1].Transaction >= _transactions.Count) _changes.Truncate(ChangeCount - 1);
    }

    public ChangeBatch Build(SourcePosition end, bool endsTransaction) => new(_changes, _buffer)
    {
        Tables = _tables,
        Transactions = _transactions,
        Changes = _changes.Memory,
        Buffer = _buffer.Memory,
        EndsTransaction = endsTransaction,
        End = end,
        Marker = _marker,
    };
}
