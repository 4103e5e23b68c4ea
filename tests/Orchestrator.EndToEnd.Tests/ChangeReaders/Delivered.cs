using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>A change as its images say it. Old: of the key or the whole row; New: of an insert or update.</summary>
internal sealed record DeliveredChange(ChangeOp Op, TableSchema Table, OldImage OldKind, string?[]? Old, string?[]? New)
{
    /// <summary>Stands for a value that was not sent because it had not changed; known by its reference.</summary>
    public static string Unchanged { get; } = new('u', 1);

    public string TableName => (Table.Origin ?? Table.Table).Name;

    /// <summary>Values of the key of the row as it was before.</summary>
    public string Key => KeyOf(Table, Old ?? New!);

    public static string KeyOf(TableSchema table, string?[] row) => string.Join('|', table.Key.Columns.Select(c => row[c]));

    /// <summary><c>+ a 1</c>, <c>* a 1</c>, <c>* a 1>2</c> if the key changed, <c>- a 1</c>, <c>truncate a</c>.</summary>
    public override string ToString() => Op switch
    {
        ChangeOp.Insert => $"+ {TableName} {Key}",
        ChangeOp.Delete => $"- {TableName} {Key}",
        ChangeOp.Update when KeyOf(Table, New!) is var now && now != Key => $"* {TableName} {Key}>{now}",
        ChangeOp.Update => $"* {TableName} {Key}",
        _ => $"truncate {TableName}",
    };
}

/// <summary>A transaction with all its changes.</summary>
internal sealed record DeliveredTransaction(SourceTransaction Place, IReadOnlyList<DeliveredChange> Changes)
{
    public override string ToString() => string.Join(", ", Changes);
}

/// <summary>What a reader delivered, copied out of its batches; fails at once where a batch breaks what every one promises.</summary>
internal sealed class Delivered
{
    private readonly List<DeliveredTransaction> _transactions = [];
    private readonly List<DeliveredChange> _open = [];
    private readonly SourcePosition _from;
    private readonly IReadOnlyList<FollowedTable> _tables;
    private SourceTransaction? _openPlace;

    /// <param name="from">Where the reader was told to begin.</param>
    /// <param name="tables">What it was told to follow.</param>
    public Delivered(SourcePosition from, IReadOnlyList<FollowedTable> tables) => (_from, _tables, End) = (from, tables, from);

    /// <summary>Transactions with changes of followed tables that came whole.</summary>
    public IReadOnlyList<DeliveredTransaction> Transactions => _transactions;

    public IEnumerable<DeliveredChange> Changes => _transactions.SelectMany(t => t.Changes);

    /// <summary>One text for each transaction.</summary>
    public IEnumerable<string> Texts => _transactions.Select(t => t.ToString());

    /// <summary>Of the last batch.</summary>
    public SourcePosition End { get; private set; }

    public List<string> Markers { get; } = [];

    /// <summary>Changes in each batch that had any, by transaction.</summary>
    public List<int[]> Batches { get; } = [];

    /// <summary>Batches that ended within a transaction.</summary>
    public int Parts { get; private set; }

    public void Add(ChangeBatch batch)
    {
        AssertPlaces(batch);
        var changes = batch.Changes.ToArray();
        Assert.Equal(changes.Select(c => c.Transaction).Order(), changes.Select(c => c.Transaction));
        for (var i = 0; i < batch.Transactions.Count; i++)
        {
            var place = batch.Transactions[i];
            if (_openPlace is { } begun) Assert.Equal(begun.CommitPosition, place.CommitPosition);
            _open.AddRange(changes.Where(c => c.Transaction == i).Select(c => Read(batch, c, place)));
            _openPlace = i == batch.Transactions.Count - 1 && !batch.EndsTransaction ? place : null;
            if (_openPlace is null) Close(place, batch.End);
        }

        if (changes.Length > 0) Batches.Add([.. changes.GroupBy(c => c.Transaction).Select(g => g.Count())]);
        if (!batch.EndsTransaction) Parts++;
        if (batch.Marker is { } marker) Markers.Add(marker);
        End = batch.End;
    }

    private void AssertPlaces(ChangeBatch batch)
    {
        Assert.True(batch.End >= End, $"{batch.End} after {End}");
        AssertRoundTrip(batch.End);
        Assert.True(batch.EndsTransaction || batch.Transactions.Count > 0, "a part of no transaction");
        var commits = batch.Transactions.Select(t => t.CommitPosition).ToList();
        Assert.Equal(commits.Order(), commits);
        foreach (var place in batch.Transactions)
        {
            Assert.True(place.CommitPosition <= place.EndPosition, $"{place} ends before it commits");
            AssertRoundTrip(place.CommitPosition);
            AssertRoundTrip(place.EndPosition);
        }

        // Read again from here, the transaction comes again: until it is whole nothing of it may count as applied.
        if (!batch.EndsTransaction) Assert.True(batch.End <= commits[^1], $"a part of {commits[^1]} moves the checkpoint to {batch.End}");
    }

    private void Close(SourceTransaction place, SourcePosition end)
    {
        Assert.True(place.EndPosition <= end, $"{place.EndPosition} is delivered, and not before {end}");
        if (_transactions.Count > 0) Assert.True(place.CommitPosition > _transactions[^1].Place.CommitPosition, $"{place.CommitPosition} after {_transactions[^1].Place}");
        if (_open.Count == 0) return;
        Assert.True(place.EndPosition > _from, $"{place} was applied before {_from}");
        _transactions.Add(new DeliveredTransaction(place, [.. _open]));
        _open.Clear();
    }

    private DeliveredChange Read(ChangeBatch batch, RowChange change, SourceTransaction place)
    {
        var table = batch.Tables[change.Table];
        Assert.True(place.CommitPosition >= _tables[change.Table].From, $"{table.Table} holds {place.CommitPosition} already: its rows are of {_tables[change.Table].From}");
        return new DeliveredChange(
            change.Op, table, change.Old,
            change.Old == OldImage.None ? null : Image(batch, change.OldOffset, table),
            change.Op is ChangeOp.Insert or ChangeOp.Update ? Image(batch, change.NewOffset, table) : null);
    }

    private static string?[] Image(ChangeBatch batch, int offset, TableSchema table)
    {
        var reader = new TupleReader(batch.Buffer.Span, offset);
        Assert.Equal(table.Copied.Count, reader.ColumnCount);
        var values = new string?[reader.ColumnCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.Next(out var text) switch
            {
                ValueTag.Text => Encoding.UTF8.GetString(text),
                ValueTag.Unchanged => DeliveredChange.Unchanged,
                _ => null,
            };
        }

        return values;
    }

    private static void AssertRoundTrip(SourcePosition position)
    {
        var read = SourcePosition.Parse(position.ToString());
        Assert.Equal(position, read);
        Assert.Equal(position.ToString(), read.ToString());
    }
}
