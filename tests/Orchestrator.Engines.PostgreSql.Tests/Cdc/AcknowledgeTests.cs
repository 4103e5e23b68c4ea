using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>What was applied is acknowledged from another thread than the one that reads.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class AcknowledgeTests
{
    [Fact]
    public async Task Acknowledging_while_the_stream_starts_does_not_disturb_it()
    {
        await using var bench = await CdcBench.LoadedAsync("ack", "CREATE TABLE t (id int PRIMARY KEY, v int)");
        var applied = (await bench.CheckpointAsync()).Position;
        for (var round = 0; round < 40; round++)
        {
            await bench.Pair.Source.ExecuteAsync($"INSERT INTO t VALUES ({round}, 0)");
            await using var reader = bench.Source.Capture.OpenReader(bench.Tables);
            using var stop = new CancellationTokenSource();
            var acknowledging = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested) await reader.AcknowledgeAsync(applied, default);
            });

            // Every row since the beginning, in as many batches as it takes; a stream whose start was garbled says nothing.
            var seen = 0;
            await bench.ReadBatchAsync(reader, b => (seen += b.Changes.Length) > round);

            await stop.CancelAsync();
            await acknowledging;
        }
    }
}
