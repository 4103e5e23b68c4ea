using System.Text.Json.Nodes;
using Npgsql;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A connector with its one task. Its methods are called by one caller at a time.</summary>
internal sealed class StandInConnector(string name, Dictionary<string, string> config, StandInOptions options, StandInFaults faults, TimeProvider time) : IAsyncDisposable
{
    private readonly TimeSpan _retryPause = TimeSpan.FromMilliseconds(300);
    private CancellationTokenSource? _end;
    private Task _task = Task.CompletedTask;
    private volatile string? _trace;

    public string Name => name;

    public Dictionary<string, string> Config { get; private set; } = config;

    /// <summary>RUNNING, PAUSED or STOPPED.</summary>
    public string State { get; private set; } = "STOPPED";

    /// <summary>Why the task failed; null: it did not.</summary>
    public string? Trace => _trace;

    /// <summary>Where the last task got to. Kept by the one who keeps offsets.</summary>
    public required Func<ConnectorOffset?> ReadOffset { get; init; }

    public required Action<ConnectorOffset> WriteOffset { get; init; }

    /// <summary>Starts the task, or starts it again with what changed.</summary>
    public async Task RunAsync(Dictionary<string, string>? config = null)
    {
        await EndTaskAsync();
        Config = config ?? Config;
        State = "RUNNING";
        Launch();
    }

    /// <summary>Takes another configuration for when it runs again.</summary>
    public void Keep(Dictionary<string, string> config) => Config = config;

    /// <summary>Ends the task in this state.</summary>
    public async Task RestAsync(string state)
    {
        await EndTaskAsync();
        State = state;
    }

    /// <summary>Restarts the task; with <paramref name="onlyFailed"/> only if it failed.</summary>
    public Task RestartAsync(bool onlyFailed) => State != "RUNNING" || (onlyFailed && _trace is null) ? Task.CompletedTask : RunAsync();

    /// <summary>The workers are gone: the task ends, the state stays.</summary>
    public Task LoseWorkerAsync() => EndTaskAsync(keepsTrace: true);

    /// <summary>The workers are back.</summary>
    public void FindWorker()
    {
        if (State == "RUNNING" && _trace is null) Launch();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndTaskAsync(keepsTrace: true);

    public JsonObject Status()
    {
        var task = new JsonObject { ["id"] = 0, ["state"] = _trace is null ? State : "FAILED", ["worker_id"] = "127.0.0.1:8083" };
        if (_trace is { } trace) task["trace"] = trace;
        return new JsonObject
        {
            ["name"] = name,
            ["connector"] = new JsonObject { ["state"] = State, ["worker_id"] = "127.0.0.1:8083" },
            ["tasks"] = State == "STOPPED" ? [] : new JsonArray(task),
            ["type"] = "source",
        };
    }

    private void Launch()
    {
        _end = new CancellationTokenSource();
        var settings = new ConnectorSettings(Config);
        var ct = _end.Token;
        _task = Task.Run(() => WorkAsync(settings, ct), CancellationToken.None);
    }

    private async Task WorkAsync(ConnectorSettings settings, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await StreamAsync(settings, ct);
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                // Told to end: whatever broke in the middle is of no interest, everything unconfirmed is sent again.
                return;
            }
            catch (NpgsqlException e) when (IsPassing(e))
            {
                // The real one waits and connects again, its task stays RUNNING.
                System.Diagnostics.Trace.WriteLine(e.Message);
            }
            catch (Exception e)
            {
                _trace = TaskFailure.Trace(e);
                return;
            }

            await Task.Delay(_retryPause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StreamAsync(ConnectorSettings settings, CancellationToken ct)
    {
        if (settings.IsMariaDb)
        {
            using var log = new MariaStream(settings, options, faults, time) { Confirmed = place => WriteOffset(new ConnectorOffset(0, null, 0, place)) };
            await log.RunAsync(ReadOffset()?.Binlog, ct);
            return;
        }

        using var stream = new ChangeStream(settings, options, faults, time) { Confirmed = WriteOffset };
        await stream.RunAsync(ReadOffset(), ct);
    }

    /// <summary>The connection broke, the server goes down or comes up, or the slot's last reader has not let go yet.</summary>
    private static bool IsPassing(NpgsqlException e) => e is not PostgresException { SqlState: var state }
        || state is PostgresErrorCodes.ObjectInUse or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    private async Task EndTaskAsync(bool keepsTrace = false)
    {
        if (_end is not null) await _end.CancelAsync();
        await _task;
        _end?.Dispose();
        _end = null;
        if (!keepsTrace) _trace = null;
    }
}
