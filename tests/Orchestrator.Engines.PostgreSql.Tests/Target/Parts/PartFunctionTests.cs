using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.PostgreSql.Target.Parts;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Parts;

/// <summary>Which part applies a row, and where a batch is cut: every process must come to the same answer.</summary>
public sealed class PartFunctionTests
{
    /// <summary>Answers of the same function written in Python.</summary>
    [Theory]
    [InlineData(46, 64, "public", "t", "1")]
    [InlineData(4, 64, "public", "t", "2")]
    [InlineData(2, 3, "public", "t", "1")]
    [InlineData(0, 7, "public", "t", "")]
    [InlineData(32, 64, "public", "t")]
    [InlineData(7, 64, "shop", "Ordér", "a", "bc")]
    [InlineData(14, 64, "shop", "Ordér", "ab", "c")]
    public void Part_of_a_row_is_the_same_everywhere_and_for_ever(int part, int parts, string schema, string table, params string[] key)
    {
        var hash = ApplyPart.Begin(new TableRef(schema, table));
        foreach (var value in key) hash = ApplyPart.AddValue(hash, Encoding.UTF8.GetBytes(value));

        Assert.Equal(part, ApplyPart.Reduce(hash, parts));
        if (key.Length == 0) Assert.Equal(part, ApplyPart.OfTable(new TableRef(schema, table), parts));
    }

    [Fact]
    public void Parts_are_about_alike()
    {
        var counts = new int[8];
        for (var i = 0; i < 8000; i++) counts[ApplyPart.Reduce(ApplyPart.AddValue(ApplyPart.Begin(new TableRef("public", "t")), Encoding.UTF8.GetBytes($"{i}")), 8)]++;

        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
    }

    [Theory]
    [InlineData("ii", "30 rows")]
    [InlineData("itu", "20 rows, 30 alone, 40 rows")]
    [InlineData("tt", "20 alone, 30 alone")]
    [InlineData("t", "20 alone")]
    [InlineData("-t", "20, 30 alone")]
    [InlineData("-", "20")]
    [InlineData("", "10")]
    public void C5_transaction_with_a_truncate_is_a_step_by_itself(string transactions, string cuts) =>
        Assert.Equal(cuts, Text(StepCut.Of(Batch(transactions), null)));

    [Theory]
    [InlineData(false, "30 rows")]
    [InlineData(true, "20 alone, 30 rows")]
    public void C7_what_earlier_pieces_held_counts_for_their_transaction(bool alone, string cuts) =>
        Assert.Equal(cuts, Text(StepCut.Of(Batch("-u"), new BegunPieces(HasRows: true, alone))));

    private static string Text(IReadOnlyList<StepCut> cuts) =>
        string.Join(", ", cuts.Select(c => $"{((LsnPosition)c.End).Lsn.Value}{(c.InOnePart ? " alone" : c.HasRows ? " rows" : "")}"));

    /// <summary>Transactions that commit at 10, 20 and so on and end ten later: i an insert, u an update, t a truncate, - nothing.</summary>
    private static ChangeBatch Batch(string transactions)
    {
        var builder = new ChangeBatchBuilder([]);
        for (var i = 0; i < transactions.Length; i++)
        {
            if (transactions[i] != '-')
                builder.Add(transactions[i] switch { 't' => ChangeOp.Truncate, 'u' => ChangeOp.Update, _ => ChangeOp.Insert }, 0, OldImage.None, 0, 0);
            builder.EndTransaction(new SourceTransaction(At(i + 1), At(i + 2), DateTimeOffset.UnixEpoch));
        }

        return builder.Build(At(transactions.Length + 1), endsTransaction: true);
    }

    private static LsnPosition At(int tens) => new(new Lsn((ulong)tens * 10));
}
