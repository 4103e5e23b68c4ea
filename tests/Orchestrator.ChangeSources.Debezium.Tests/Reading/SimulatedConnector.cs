using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>What a connector does with a transaction it had sent in part when it is started again.</summary>
internal enum Restart
{
    /// <summary>It had stored a place before the transaction: all of it comes again, with the same numbers.</summary>
    Whole,

    /// <summary>It had stored a place within, and counts on.</summary>
    Continues,

    /// <summary>It had stored a place within, and counts from 1 (debezium/dbz#633).</summary>
    Renumbers,
}

/// <summary>Topics as a connector leaves them, with crashes: what was stored comes first, what was not is sent again.</summary>
internal sealed class SimulatedConnector(IReadOnlyList<SimulatedTransaction> source, Random random, Func<Restart> restart)
{
    public const string TransactionTopic = "shop.transaction";

    /// <summary>Steps of the source: (transaction, number of its step; 0 begins, the last ends).</summary>
    private readonly List<(int Transaction, int Step)> _steps =
        [.. source.SelectMany((t, i) => Enumerable.Range(0, StepsOf(t)).Select(s => (i, s)))];

    public Dictionary<(string Topic, int Partition), List<(DecodedEvent Event, string Text)>> Topics { get; } = new() { [(TransactionTopic, 0)] = [] };

    public void Run(int crashes)
    {
        var (at, numbered) = (0, 0);
        for (var i = 0; i < crashes && at < _steps.Count; i++)
        {
            var stop = random.Next(at, Math.Min(_steps.Count, at + 40));
            // Not between a BEGIN and what follows it, for the same reason as below.
            if (stop > 0 && _steps[stop - 1].Step == 0 && _steps[stop].Step == 1) stop++;
            var stored = random.Next(at, stop + 1);
            Send(at, stop, stored, numbered);
            (at, numbered) = ComeBack(stored);
        }

        Send(at, _steps.Count, _steps.Count, numbered);
    }

    /// <summary>Sends steps; those after the stored one may be lost, in each partition all after the first that is.</summary>
    /// <param name="from">First step; in the middle of a transaction after a restart that goes on there.</param>
    /// <param name="to">After the last.</param>
    /// <param name="stored">Before it nothing is lost.</param>
    /// <param name="shift">What numbers of the first transaction are less than they should be.</param>
    private void Send(int from, int to, int stored, int shift)
    {
        var lost = new HashSet<(string, int)>();
        if (shift > 0) Put((TransactionTopic, 0), Begin(source[_steps[from].Transaction]), "");
        var of = from < _steps.Count ? _steps[from].Transaction : 0;
        for (var i = from; i < to; i++)
        {
            var (index, step) = _steps[i];
            var transaction = source[index];
            var less = index == of ? shift : 0;
            var place = step == 0 || step > transaction.Events.Count ? (TransactionTopic, 0) : (transaction.Events[step - 1].Topic, transaction.Events[step - 1].Partition);
            // Where its BEGIN is kept a first event is too: without it nobody can tell how the transaction came again.
            if (i >= stored && step == 0 && (transaction.Events.Count == 0 || lost.Contains((transaction.Events[0].Topic, transaction.Events[0].Partition)))) lost.Add(place);
            var isSafe = i < stored || (step == 1 && !lost.Contains((TransactionTopic, 0)));
            if (!isSafe && (lost.Contains(place) || random.Next(4) == 0))
            {
                lost.Add(place);
                continue;
            }

            if (lost.Contains(place)) continue;
            if (step == 0) Put(place, Begin(transaction), "");
            else if (step > transaction.Events.Count) Put(place, End(transaction, less), "");
            else Put(place, Change(transaction, step, step - less), transaction.Events[step - 1].Text);
        }
    }

    private (int At, int Shift) ComeBack(int stored)
    {
        if (stored >= _steps.Count) return (stored, 0);
        var (index, step) = _steps[stored];
        var how = step == 0 ? Restart.Whole : source[index].Events.Count == 0 ? Restart.Continues : restart();
        if (how == Restart.Whole) return (stored - step, 0);
        return (stored, how == Restart.Renumbers ? step - 1 : 0);
    }

    private static int StepsOf(SimulatedTransaction transaction) => transaction.EndLsn == 0 && transaction.Events.Count == 0 ? 1 : transaction.Events.Count + 2;

    private void Put((string, int) place, DecodedEvent e, string text)
    {
        if (!Topics.TryGetValue(place, out var records)) Topics.Add(place, records = []);
        records.Add((e, text));
    }

    private static DecodedEvent Begin(SimulatedTransaction t) => new() { Kind = EventKind.TransactionBegin, Transaction = t.Key };

    private static DecodedEvent End(SimulatedTransaction t, int less) => new()
    {
        Kind = EventKind.TransactionEnd, Transaction = t.Key, TotalOrder = t.Events.Count - less, Source = new SourcePoint(t.EndLsn, null, 0),
    };

    private static DecodedEvent Change(SimulatedTransaction t, int step, int order) => new()
    {
        Kind = EventKind.Change, Op = ChangeOp.Insert, Transaction = t.Key, TotalOrder = order, Source = t.Events[step - 1].Point,
    };
}
