using System.Text.Json;
using Orchestrator.Core.Errors;
using RestSharp;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// Kafka Connect's REST API as far as we need it, https://kafka.apache.org/documentation/#connect_rest. Every verb may be
/// repeated. Errors are E-DBZ-030 to 043; they quote Connect's own messages with every secret hidden. May be used
/// concurrently.
/// </summary>
internal sealed class ConnectClient(ConnectAddress address, ConnectOptions options, TimeProvider time) : IDisposable
{
    private readonly ConnectTransport _transport = new(address, options, time);

    /// <summary>For people: without its password.</summary>
    public string Address => _transport.Address;

    public void Dispose() => _transport.Dispose();

    /// <summary>The worker that answers, and its version.</summary>
    public Task<ConnectServer> ServerAsync(CancellationToken ct) =>
        ReadAsync(new(Method.Get, "", "say its version"), ConnectJson.Server, ct);

    /// <summary>The connector classes the workers have.</summary>
    public Task<IReadOnlyList<ConnectorPlugin>> PluginsAsync(CancellationToken ct) =>
        ReadAsync(new(Method.Get, "connector-plugins", "list its plugins"), ConnectJson.Plugins, ct);

    /// <summary>What Connect and the connector have against a configuration; they try to connect to the source. Creates nothing.</summary>
    public async Task<IReadOnlyList<FieldProblem>> ValidateAsync(ConnectorConfig config, CancellationToken ct)
    {
        // A class may be named by its last part here; the full name is one path segment as well.
        var path = $"connector-plugins/{Uri.EscapeDataString(config.ConnectorClass)}/config/validate";
        var problems = await ReadAsync(new(Method.Put, path, "validate the connector's configuration", config.SettingsJson(), config.Secrets), ConnectJson.Problems, ct);
        return [.. problems.Select(p => p with { Messages = [.. p.Messages.Select(m => _transport.Mask(m, config.Secrets))] })];
    }

    /// <summary>Creates the connector, or gives the one of that name this configuration.</summary>
    public Task PutAsync(ConnectorConfig config, CancellationToken ct) =>
        _transport.RequireAsync(new(Method.Put, Of(config.Name, "config"), $"create connector {config.Name}", config.SettingsJson(), config.Secrets), ct);

    /// <summary>
    /// Creates the connector without starting it, so that its offsets can be set first; Kafka 3.7 and newer
    /// (https://cwiki.apache.org/confluence/display/KAFKA/KIP-980). False: one of that name is there already and was left as it is.
    /// </summary>
    public async Task<bool> CreateStoppedAsync(ConnectorConfig config, CancellationToken ct)
    {
        var request = new ConnectRequest(Method.Post, "connectors", $"create connector {config.Name}", config.CreateStoppedJson(), config.Secrets);
        if (await StatusAsync(config.Name, ct) is not null) return false;
        var answer = await _transport.SendAsync(request, ct);
        // 409 stands for a rebalance and for a name that is taken, e.g. by a try whose answer was lost.
        if (answer.IsConflict && await StatusAsync(config.Name, ct) is not null) return true;
        return answer.IsSuccess ? true : throw _transport.ErrorOf(request, answer);
    }

    /// <summary>State of a connector; null: there is none of that name.</summary>
    public async Task<ConnectorStatus?> StatusAsync(string name, CancellationToken ct)
    {
        var request = new ConnectRequest(Method.Get, Of(name, "status"), $"say how connector {name} is");
        var answer = await _transport.SendAsync(request, ct);
        if (answer.IsMissing) return null;
        return answer.IsSuccess ? Parse(request, answer, ConnectJson.Status) : throw _transport.ErrorOf(request, answer);
    }

    /// <summary>Restarts the connector and its tasks as far as they failed; those that run are left alone. Kafka 3.0 and newer.</summary>
    public Task RestartFailedAsync(string name, CancellationToken ct) =>
        _transport.RequireAsync(new(Method.Post, Of(name, "restart?includeTasks=true&onlyFailed=true"), $"restart connector {name}"), ct);

    public Task PauseAsync(string name, CancellationToken ct) => _transport.RequireAsync(new(Method.Put, Of(name, "pause"), $"pause connector {name}"), ct);

    /// <summary>Continues a paused or stopped connector.</summary>
    public Task ResumeAsync(string name, CancellationToken ct) => _transport.RequireAsync(new(Method.Put, Of(name, "resume"), $"resume connector {name}"), ct);

    /// <summary>Ends the tasks, keeps configuration and offsets. Returns before they have ended: <see cref="WaitForAsync"/>. Kafka 3.5 and newer.</summary>
    public Task StopAsync(string name, CancellationToken ct) => _transport.RequireAsync(new(Method.Put, Of(name, "stop"), $"stop connector {name}"), ct);

    /// <summary>False: there was none.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken ct)
    {
        var request = new ConnectRequest(Method.Delete, Of(name, ""), $"delete connector {name}");
        var answer = await _transport.SendAsync(request, ct);
        return answer.IsSuccess || (answer.IsMissing ? false : throw _transport.ErrorOf(request, answer));
    }

    /// <summary>Source positions Connect keeps for a connector; empty before its first. Kafka 3.5 and newer.</summary>
    public Task<IReadOnlyList<ConnectorOffset>> OffsetsAsync(string name, CancellationToken ct) =>
        ReadAsync(new(Method.Get, Of(name, "offsets"), $"tell the offsets of connector {name}"), ConnectJson.Offsets, ct);

    /// <summary>Forgets the offsets of a stopped connector: they outlive its deletion. Kafka 3.6 and newer.</summary>
    public Task ResetOffsetsAsync(string name, CancellationToken ct) =>
        _transport.RequireAsync(new(Method.Delete, Of(name, "offsets"), $"reset the offsets of connector {name}"), ct);

    /// <summary>Sets where a stopped connector will begin. Kafka 3.6 and newer (https://cwiki.apache.org/confluence/display/KAFKA/KIP-875).</summary>
    /// <param name="name">The connector.</param>
    /// <param name="body">As <see cref="OffsetSeed"/> makes it.</param>
    /// <param name="ct">Gives up.</param>
    public Task SeedOffsetsAsync(string name, string body, CancellationToken ct) =>
        _transport.RequireAsync(new(Method.Patch, Of(name, "offsets"), $"set the offsets of connector {name}", body), ct);

    /// <summary>Waits until a connector is in a state; one that is to be stopped must have no tasks left.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-DBZ-043</c>: not in time.</exception>
    public async Task WaitForAsync(string name, ConnectorState wanted, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync(name, ct);
            if (status?.State == wanted && (wanted == ConnectorState.Stopped ? status.Tasks.Count == 0 : status.Tasks.All(t => t.State == wanted))) return;
            if (time.GetElapsedTime(start) >= options.StateTimeout)
                throw ConnectErrors.StateNotReached(name, wanted.ToString().ToUpperInvariant(), status?.State.ToString().ToUpperInvariant() ?? "missing", options.StateTimeout);
            await Task.Delay(options.StatePause, time, ct);
        }
    }

    private static string Of(string connector, string verb) => $"connectors/{Uri.EscapeDataString(connector)}{(verb.Length > 0 ? "/" + verb : "")}";

    private async Task<T> ReadAsync<T>(ConnectRequest request, Func<JsonElement, T> read, CancellationToken ct) =>
        Parse(request, await _transport.RequireAsync(request, ct), read);

    private T Parse<T>(ConnectRequest request, ConnectAnswer answer, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw ConnectErrors.NotConnect(Address, request.What, e);
        }
    }
}
