using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Tests.Cdc;

/// <summary>Batches whose transactions commit where the test says; each has one change per given table number.</summary>
internal static class Batches
{
    public static LsnPosition At(int lsn) => new(new Lsn((ulong)lsn));

    public static ChangeBatch Of(int end, params (int Commit, int Changes)[] transactions) => Part(end, true, transactions);

    public static ChangeBatch Part(int end, bool ends, params (int Commit, int Changes)[] transactions)
    {
        var builder = new ChangeBatchBuilder([]);
        foreach (var (commit, changes) in transactions)
        {
            for (var i = 0; i < changes; i++) builder.Add(ChangeOp.Insert, 0, OldImage.None, 0, commit);
            builder.EndTransaction(new SourceTransaction(At(commit), At(commit + 1), DateTimeOffset.UnixEpoch));
        }

        return builder.Build(At(end), ends);
    }

    /// <summary>Commit positions of the changes, by the transaction each says it belongs to.</summary>
    public static List<int> Commits(ChangeBatch batch) => [.. batch.Changes.ToArray().Select(c =>
        c.NewOffset == (int)((LsnPosition)batch.Transactions[c.Transaction].CommitPosition).Lsn.Value ? c.NewOffset : -1)];
}
