using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.ChangeSources.Debezium;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Benchmarks;

/// <summary>
/// Events of updates to pgbench's accounts, as Debezium writes them without schema, decoded by one thread from memory to the
/// form the target's writer takes.
/// </summary>
internal static class DebeziumDecodeScenario
{
    private const int Events = 100_000;
    private const int Batch = 10_000;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    public static Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var samples = new Samples();
        var events = Enumerable.Range(1, Events).Select(Event).ToArray();
        using var decoder = new EventDecoder([new FollowedTable(Accounts(), new LsnPosition(new Lsn(0)))], ConnectorKind.PostgreSql, new DebeziumModes());
        Rate(decoder, events);
        for (var i = 0; i < context.Repetitions; i++) samples.Add("decoded", "events/s", Rate(decoder, events));
        samples.Add("event_bytes", "bytes", events.Average(e => e.Length));
        return Task.FromResult(samples.Result("debezium-decode", new Goal("events per second and thread", samples.Median("decoded"), ">=", 300_000)));
    }

    private static double Rate(EventDecoder decoder, byte[][] events)
    {
        using var images = new RentedList<byte>();
        var (decoded, watch) = (0L, Stopwatch.StartNew());
        while (watch.Elapsed < Long)
        {
            foreach (var value in events)
            {
                if (decoder.Decode(TopicKind.Data, value, images)is not { Kind: EventKind.Change, Op: ChangeOp.Update }) throw new InvalidOperationException("an event was not decoded as the update it is");
                if (++decoded % Batch == 0) images.Truncate(0);
            }
        }

        return decoded / watch.Elapsed.TotalSeconds;
    }

    private static byte[] Event(int n) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$$"""{"before":null,"after":{"aid":{{{n}}},"bid":{{{1 + n / 100_000}}},"abalance":{{{n * 7 % 9999 - 5000}}},"filler":"{{{new string(' ', 84)}}}"},"source":{"version":"3.6.0.Final","connector":"postgresql","name":"orchestrator_bench","ts_ms":1795232280393,"snapshot":"false","db":"bench","sequence":"[\"{{{24900000 + n}}}\",\"{{{24934008 + n}}}\"]","ts_us":1795232280393961,"ts_ns":1795232280393961000,"schema":"public","table":"pgbench_accounts","txId":{{{800 + n / 4}}},"lsn":{{{24934008 + n}}},"xmin":null},"transaction":{"id":"{{{800 + n / 4}}}:{{{24934008 + n}}}","total_order":{{{1 + n % 4}}},"data_collection_order":1},"op":"u","ts_ms":1795232280455,"ts_us":1795232280455123,"ts_ns":1795232280455123456}"""));

    private static TableSchema Accounts() => new()
    {
        Table = new TableRef("public", "pgbench_accounts"),
        SourceId = 1,
        Columns = [Column(1, "aid", "integer"), Column(2, "bid", "integer"), Column(3, "abalance", "integer"), Column(4, "filler", "character(84)")],
        Key = new RowKey(RowKeyKind.PrimaryKey, [0]),
        Pages = 0,
        EstimatedRows = 0,
        Bytes = 0,
    };

    private static ColumnSchema Column(int number, string name, string type) =>
        new(name, number, type, type.Split('(')[0], 0, -1, number == 1, ColumnKind.Plain);
}
