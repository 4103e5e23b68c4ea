using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Pipeline.Resilience;

/// <summary>Work of one who shares a run's work with others: joins anew after any transient error.</summary>
/// <param name="work">Joins and works until cancelled.</param>
/// <param name="done">Counts what it has done: tries are counted from the last time something was.</param>
/// <param name="tries">Further tries without anything done in between.</param>
/// <param name="describe">What an error means.</param>
/// <param name="time">Clock of the pauses.</param>
/// <param name="notify">Told of every try.</param>
internal sealed class Rejoining(
    Func<CancellationToken, Task> work, Func<long> done, int tries, Func<Exception, OrchestratorException> describe, TimeProvider time, Action<RunNotice> notify)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Works until cancelled.</summary>
    /// <exception cref="OrchestratorException">What cannot be retried, or transient errors through too many tries.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var retries = Retries.Transient(tries, LongestPause, e => describe(e).Kind, time, OnRetry);
            var before = done();
            try
            {
                await retries.ExecuteAsync(async token => await work(token), ct);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (describe(e).Kind == ErrorKind.Transient && done() > before) continue;
                throw describe(e);
            }
        }
    }

    private void OnRetry(Exception error, int next, TimeSpan pause)
    {
        var described = describe(error);
        notify(new RunNotice(
            NoticeLevel.Warning, $"worker interrupted: {described.Message}", new("code", described.Code), new("retry", $"{next - 1}"), new("next_ms", $"{pause.TotalMilliseconds:0}")));
    }
}
