using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>What a scenario needs.</summary>
/// <param name="Servers">Both servers.</param>
/// <param name="Repetitions">How often each measurement is repeated.</param>
/// <param name="Scratch">A directory for state and scratch files.</param>
internal sealed record BenchContext(BenchServers Servers, int Repetitions, string Scratch)
{
    private int _count;

    /// <summary>An empty database on the target, both servers flushed.</summary>
    public async Task<PgDatabase> FreshTargetAsync(string name)
    {
        var target = await BenchServers.FreshAsync(Servers.Target, name);
        await Servers.SettleAsync();
        return target;
    }

    /// <summary>A state directory that does not exist yet.</summary>
    public string NewState() => Path.Combine(Scratch, $"state-{++_count}");
}

/// <summary>One thing that is measured side by side with its competitor.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="What">One sentence.</param>
/// <param name="RunAsync">Measures it.</param>
internal sealed record Scenario(string Name, string What, Func<BenchContext, Task<ScenarioResult>> RunAsync);
