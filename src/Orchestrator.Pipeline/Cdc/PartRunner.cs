using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Resilience;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>
/// One worker of a run whose changes are applied in parts: reads the changes for itself and applies its share of every step that the
/// driving process announces. After any transient error it joins anew.
/// </summary>
/// <param name="source">Where changes are read.</param>
/// <param name="target">Where they are applied.</param>
/// <param name="tables">Reads the followed tables anew, in the driving process's order.</param>
/// <param name="name">For people: which process this is.</param>
/// <param name="limits">Size of the batches that are read.</param>
/// <param name="time">Clock of waits.</param>
/// <param name="notify">Told what whoever watches should know.</param>
public sealed class PartRunner(
    ISourceEngine source, ITargetEngine target, Func<CancellationToken, Task<IReadOnlyList<FollowedTable>>> tables, string name,
    ChangeBatchLimits limits, TimeProvider time, Action<RunNotice> notify)
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    /// <summary>What a step holds is in Kafka when it is announced: there is nothing to wait for.</summary>
    private readonly ChangeBatchLimits _limits = limits with { MaxDelay = TimeSpan.Zero };
    private long _steps;
    private long _rows;
    private long _said;

    /// <summary>Steps of which it applied parts.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Row changes it applied.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Works until cancelled; its parts are given back then.</summary>
    /// <exception cref="OrchestratorException">What cannot be retried, or transient errors through many tries without a step.</exception>
    public Task RunAsync(CancellationToken ct)
    {
        _said = time.GetTimestamp();
        return new Rejoining(FollowAsync, () => Steps, 40, Describe, time, notify).RunAsync(ct);
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var followed = await tables(ct);
        var schemas = followed.Select(t => t.Table).ToList();
        await using var writer = target.OpenPartWriter(name);
        await using var reader = new StepReader(source.Capture, followed, _limits, ct);
        IReadOnlyList<int> held = [];
        try
        {
            while (true)
            {
                var step = await writer.NextAsync(schemas, ct);
                Say(held, held = writer.Parts);
                var done = await writer.ApplyAsync(step, reader.Of(step, ct), ct);
                if (done.Parts == 0) continue;
                Interlocked.Add(ref _rows, done.Rows);
                Interlocked.Increment(ref _steps);
            }
        }
        finally
        {
            Say(held, []);
        }
    }

    private void Say(IReadOnlyList<int> before, IReadOnlyList<int> now)
    {
        if (!before.SequenceEqual(now))
            notify(new RunNotice(NoticeLevel.Information, now.Count == 0 ? "apply parts given back" : "apply parts held", new("parts", string.Join(',', now)), new("worker", name)));
        if (time.GetElapsedTime(_said) < SayEvery) return;
        _said = time.GetTimestamp();
        notify(new RunNotice(NoticeLevel.Information, "steps applied", new("steps", $"{Steps}"), new("rows", $"{Rows}"), new("worker", name)));
    }

    private OrchestratorException Describe(Exception error) => target.Describe(error, "Applying a part of the changes");
}
