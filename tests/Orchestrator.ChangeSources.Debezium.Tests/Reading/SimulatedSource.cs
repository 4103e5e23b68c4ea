using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>One event of a source transaction and the partition its key leads to.</summary>
internal sealed record SimulatedEvent(string Topic, int Partition, SourcePoint Point, string Text);

/// <summary>A source transaction; without events and with a GTID it is a statement that changes no rows.</summary>
internal sealed record SimulatedTransaction(TransactionKey Key, ulong EndLsn, IReadOnlyList<SimulatedEvent> Events);

/// <summary>Transactions made up at random, in commit order: the right answer of every test that merges them.</summary>
internal static class SimulatedSource
{
    public static List<SimulatedTransaction> PostgreSql(Random random, int count)
    {
        var transactions = new List<SimulatedTransaction>();
        var end = 1000UL;
        for (var i = 0; i < count; i++)
        {
            // Transactions run side by side: one that commits later may have begun long before.
            var began = end - (ulong)random.Next(0, 500);
            var events = random.Next(6) == 0 ? random.Next(0, 30) : random.Next(0, 5);
            var lsns = Enumerable.Range(0, events).Select(_ => began + (ulong)random.Next(0, 12)).Order().ToList();
            end = Math.Max(end, lsns.Count == 0 ? 0 : lsns[^1]) + (ulong)random.Next(8, 60);
            var number = (ulong)(500 + i);
            transactions.Add(new SimulatedTransaction(
                new TransactionKey(number, null), end, [.. lsns.Select((lsn, j) => Event(random, new SourcePoint(lsn, null, 0), $"{number}/{j + 1}"))]));
        }

        return transactions;
    }

    public static List<SimulatedTransaction> MariaDb(Random random, int count)
    {
        var transactions = new List<SimulatedTransaction>();
        var (file, offset) = (9, 4UL);
        for (var i = 0; i < count; i++)
        {
            if (random.Next(8) == 0) (file, offset) = (file + 1, 4);
            var events = new List<SimulatedEvent>();
            var gtid = string.Create(CultureInfo.InvariantCulture, $"0-5598-{i + 1}");
            offset += 50;
            for (var j = random.Next(0, 6); j > 0; j--)
            {
                // Several rows of one statement share a place (CASES C10).
                if (random.Next(2) == 0) offset += (ulong)random.Next(1, 100);
                events.Add(Event(random, new SourcePoint(0, $"binlog.{file:000000}", offset), $"{gtid}/{events.Count + 1}"));
            }

            offset += 31;
            transactions.Add(new SimulatedTransaction(new TransactionKey(0, gtid), 0, events));
        }

        return transactions;
    }

    private static SimulatedEvent Event(Random random, SourcePoint point, string text)
    {
        var size = random.Next(10) == 0 ? random.Next(0, 40_000) : random.Next(0, 60);
        return new SimulatedEvent($"shop.t{random.Next(3)}", random.Next(3), point, text + new string('.', size));
    }
}
