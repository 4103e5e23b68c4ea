using Orchestrator.Core.Errors;
using Polly;
using Polly.Retry;

namespace Orchestrator.Pipeline.Resilience;

/// <summary>Bounded retries of transient errors, with growing pauses; everything else ends at once.</summary>
public static class Retries
{
    /// <param name="attempts">Further tries after the first.</param>
    /// <param name="longest">Longest pause between two tries.</param>
    /// <param name="kindOf">Decides what is transient.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="onRetry">Called before each pause with the error, the number of the try that comes and the pause.</param>
    public static ResiliencePipeline Transient(
        int attempts, TimeSpan longest, Func<Exception, ErrorKind> kindOf, TimeProvider time, Action<Exception, int, TimeSpan> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } e and not OperationCanceledException && kindOf(e) == ErrorKind.Transient),
                MaxRetryAttempts = attempts,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = longest,
                OnRetry = args =>
                {
                    onRetry(args.Outcome.Exception!, args.AttemptNumber + 2, args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
