using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>Leaves of a batch what some parts have to apply, in the source's order.</summary>
/// <param name="parts">How many parts there are.</param>
/// <param name="mine">Those that count.</param>
/// <param name="homes">Tables that one part applies wholly, by quoted name.</param>
internal sealed class PartFilter(int parts, IReadOnlySet<int> mine, IReadOnlyDictionary<string, int> homes)
{
    private readonly Dictionary<TableSchema, Home> _homes = new(ReferenceEqualityComparer.Instance);

    private readonly record struct Home(int? Part, ulong Hash);

    /// <summary>For a step that one part applies wholly.</summary>
    public static PartFilter AllOrNothing(bool all) => new(1, all ? new HashSet<int> { 0 } : [], new Dictionary<string, int>());

    /// <summary>What of the batch is ours; its images stay with the batch.</summary>
    public ChangeBatch Of(ChangeBatch batch) => new()
    {
        Tables = batch.Tables, Transactions = batch.Transactions, Changes = mine.Count == parts ? batch.Changes : Mine(batch), Buffer = batch.Buffer,
        // The target's transaction is that of the step.
        EndsTransaction = false, End = batch.End, Marker = batch.Marker,
    };

    private RowChange[] Mine(ChangeBatch batch)
    {
        var changes = new List<RowChange>();
        if (mine.Count == 0) return [];
        foreach (ref readonly var change in batch.Changes.Span) Add(batch, change, changes);
        return [.. changes];
    }

    private void Add(ChangeBatch batch, in RowChange change, List<RowChange> changes)
    {
        var table = batch.Tables[change.Table];
        var home = HomeOf(table);
        if (home.Part is { } part)
        {
            if (mine.Contains(part)) changes.Add(change);
            return;
        }

        var buffer = batch.Buffer.Span;
        var old = change.Old == OldImage.None ? -1 : PartOf(table, home, buffer, change.OldOffset, change.OldOffset);
        var now = change.Op == ChangeOp.Delete ? old : PartOf(table, home, buffer, change.NewOffset, change.Old == OldImage.None ? -1 : change.OldOffset);
        if (change.Op != ChangeOp.Update || old < 0 || old == now)
        {
            if (mine.Contains(now)) changes.Add(change);
            return;
        }

        // A row that moves to another part's key leaves the one and comes to the other; with values that were not sent it is Undivided.
        if (mine.Contains(old)) changes.Add(change with { Op = ChangeOp.Delete, NewOffset = 0 });
        if (mine.Contains(now)) changes.Add(change with { Op = ChangeOp.Insert, Old = OldImage.None, OldOffset = 0 });
    }

    private Home HomeOf(TableSchema table)
    {
        if (_homes.TryGetValue(table, out var home)) return home;
        home = new Home(homes.TryGetValue(PgName.Quote(table.Table), out var part) ? part : null, ApplyPart.Begin(table.Table));
        _homes.Add(table, home);
        return home;
    }

    /// <param name="table">The table.</param>
    /// <param name="home">Its hash.</param>
    /// <param name="buffer">The batch's images.</param>
    /// <param name="offset">The image.</param>
    /// <param name="old">Where a key value stands that was not sent because it did not change; -1: nowhere.</param>
    private int PartOf(TableSchema table, Home home, ReadOnlySpan<byte> buffer, int offset, int old)
    {
        var hash = home.Hash;
        foreach (var column in table.Key.Columns)
        {
            var tag = Value(buffer, offset, column, out var text);
            if (tag == ValueTag.Unchanged && old >= 0) tag = Value(buffer, old, column, out text);
            if (tag != ValueTag.Text) throw NotWhole(table);
            hash = ApplyPart.AddValue(hash, text);
        }

        return ApplyPart.Reduce(hash, parts);
    }

    private static ValueTag Value(ReadOnlySpan<byte> buffer, int offset, int column, out ReadOnlySpan<byte> text)
    {
        var reader = new TupleReader(buffer, offset);
        for (var i = 0; i < column; i++) reader.Next(out _);
        return reader.Next(out text);
    }

    private static OrchestratorException NotWhole(TableSchema table) => new(
        ErrorKind.Data, "E-CDC-004", $"A change of {table.Table} does not bring its key, which tells the part that applies it.",
        "Roll the run back and start it without --apply-parts.") { Table = table.Table.ToString() };
}
