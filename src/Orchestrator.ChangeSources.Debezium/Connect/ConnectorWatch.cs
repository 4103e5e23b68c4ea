using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>How a connector is, as far as a run has to care.</summary>
internal enum ConnectorHealth
{
    Running,

    /// <summary>A task failed and will be, or was just, restarted.</summary>
    Failed,

    /// <summary>Without worker, starting, or not yet cut into tasks.</summary>
    Unassigned,

    /// <summary>Somebody paused or stopped it: it is not ours to continue.</summary>
    Paused,

    /// <summary>There is no connector of that name.</summary>
    Missing,

    /// <summary>Kafka Connect cannot be asked.</summary>
    Unreachable,
}

/// <summary>What a look at the connector showed.</summary>
/// <param name="Health">How it is.</param>
/// <param name="Text">One sentence for people; secrets hidden.</param>
/// <param name="Since">When it was first seen so.</param>
internal sealed record ConnectorVerdict(ConnectorHealth Health, string Text, DateTimeOffset Since);

/// <summary>When to give up.</summary>
internal sealed record WatchOptions
{
    /// <summary>Restarts of a failed connector before the run stops.</summary>
    public int Restarts { get; init; } = 5;

    /// <summary>Pause before the first restart; each is twice as long as the one before.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A connector that ran so long has its restarts back.</summary>
    public TimeSpan SoundAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long Connect may be out of reach, or a connector without worker, before the run stops. Its rebalance delay is 5 minutes.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a connector may be missing: a worker that just started may not have read all of Connect's config topic.</summary>
    public TimeSpan MissingGrace { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>
/// Looks at a run's connector and restarts what failed, with growing pauses and not for ever. Not for concurrent use; whoever
/// drives the run calls it every few seconds and shows what it says.
/// </summary>
/// <param name="client">Should retry little: a look that fails is repeated anyway.</param>
/// <param name="connector">Name of the connector.</param>
/// <param name="secrets">Hidden in traces, besides what looks like a password.</param>
/// <param name="options">When to give up.</param>
/// <param name="time">Clock.</param>
internal sealed class ConnectorWatch(ConnectClient client, string connector, IReadOnlyList<string> secrets, WatchOptions options, TimeProvider time)
{
    private ConnectorVerdict? _last;
    private int _restarts;
    private DateTimeOffset _nextRestart;

    /// <exception cref="OrchestratorException">
    /// Data: E-DBZ-044 it failed again after every restart, E-DBZ-045 it is gone. Transient: E-DBZ-046 Connect was out of reach
    /// for too long, E-DBZ-047 it had no worker for too long. Configuration: Connect does not let us look.
    /// </exception>
    public async Task<ConnectorVerdict> LookAsync(CancellationToken ct)
    {
        ConnectorStatus? status;
        try
        {
            status = await client.StatusAsync(connector, ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            var verdict = Say(ConnectorHealth.Unreachable, e.Message);
            return Age(verdict) > options.Grace ? throw WatchErrors.Unreachable(connector, Age(verdict), e) : verdict;
        }

        if (status is null)
        {
            var verdict = Say(ConnectorHealth.Missing, $"Kafka Connect has no connector {connector}.");
            return Age(verdict) > options.MissingGrace ? throw WatchErrors.Missing(connector) : verdict;
        }

        var failure = Failure.Of(status, secrets);
        return failure is not null ? await FailedAsync(failure, ct) : Standing(status);
    }

    private ConnectorVerdict Standing(ConnectorStatus status)
    {
        if (status.Runs)
        {
            var running = Say(ConnectorHealth.Running, $"Connector {connector} runs.");
            if (Age(running) >= options.SoundAfter) _restarts = 0;
            return running;
        }

        if (status.State is ConnectorState.Paused or ConnectorState.Stopped)
            return Say(ConnectorHealth.Paused, $"Connector {connector} was {status.State.ToString().ToLowerInvariant()} by somebody; changes wait in the source's log until it is resumed.");
        var verdict = Say(ConnectorHealth.Unassigned, $"Connector {connector} is not at work: it is {status.State.ToString().ToUpperInvariant()}, its tasks: {TasksOf(status)}.");
        return Age(verdict) > options.Grace ? throw WatchErrors.Unassigned(connector, Age(verdict), TasksOf(status)) : verdict;
    }

    private async Task<ConnectorVerdict> FailedAsync(Failure failure, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (_last?.Health != ConnectorHealth.Failed && _nextRestart <= now) _nextRestart = now + PauseBefore(_restarts);
        if (now < _nextRestart) return Say(ConnectorHealth.Failed, failure.Sentence(connector));
        if (_restarts >= options.Restarts) throw WatchErrors.Failed(failure.Sentence(connector), _restarts);
        try
        {
            await client.RestartFailedAsync(connector, ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            // The next look tries again; a restart that did not happen does not count.
            return Say(ConnectorHealth.Failed, $"{failure.Sentence(connector)} It could not be restarted yet: {e.Message}");
        }

        _restarts++;
        _nextRestart = now + PauseBefore(_restarts);
        return Say(ConnectorHealth.Failed, $"{failure.Sentence(connector)} Restart {_restarts} of {options.Restarts}.");
    }

    private TimeSpan PauseBefore(int restarts) =>
        TimeSpan.FromTicks(Math.Min(options.LongestPause.Ticks, options.FirstPause.Ticks << Math.Min(restarts, 20)));

    private TimeSpan Age(ConnectorVerdict verdict) => time.GetUtcNow() - verdict.Since;

    private ConnectorVerdict Say(ConnectorHealth health, string text) =>
        _last = new ConnectorVerdict(health, text, _last?.Health == health ? _last.Since : time.GetUtcNow());

    private static string TasksOf(ConnectorStatus status) =>
        status.Tasks.Count == 0 ? "none" : string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State.ToString().ToUpperInvariant()}"));
}
