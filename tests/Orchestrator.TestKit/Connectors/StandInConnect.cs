using System.Collections.Concurrent;
using Orchestrator.TestKit.Connectors;

namespace Orchestrator.TestKit;

/// <summary>
/// Stands in for Kafka Connect with Debezium's PostgreSQL and MariaDB connectors where no JVM is: serves the part of Connect's REST API a
/// client needs, really streams from the database of a connector's configuration, and writes to Kafka what Debezium 3.6 was
/// recorded to write (tests/data/debezium-events). It shares no code with the product's decoders. Delivery is at least once.
/// </summary>
public sealed class StandInConnect : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, StandInConnector> _connectors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConnectorOffset> _offsets = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RestServer _server;
    private readonly StandInOptions _options;

    /// <summary>Starts to serve on a free loopback port.</summary>
    public StandInConnect(StandInOptions options)
    {
        _options = options;
        _server = new RestServer(new RestRoutes(this).AnswerAsync);
        _server.Start();
    }

    /// <summary>Where to reach it; stays the same over <see cref="StopAsync"/> and <see cref="StartAsync"/>.</summary>
    public string Url => _server.Url;

    /// <summary>What is to go wrong.</summary>
    public StandInFaults Faults { get; } = new();

    /// <summary>Requests that came in, e.g. <c>PUT /connectors/c/config</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _server.Seen];

    /// <summary>Names of the connectors there are.</summary>
    public IReadOnlyList<string> Connectors => [.. _connectors.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Why a connector's task failed; null: it runs, or there is no such connector.</summary>
    public string? Failure(string connector) => _connectors.GetValueOrDefault(connector)?.Trace;

    /// <summary>End of the last transaction of which everything is acknowledged and confirmed; null: none yet.</summary>
    public ulong? ConfirmedLsn(string connector) => _offsets.GetValueOrDefault(connector)?.Lsn;

    /// <summary>Connect is gone at once: no answers, no streaming. What is unconfirmed will be sent again.</summary>
    public async Task StopAsync()
    {
        await _server.StopAsync();
        await _turn.WaitAsync();
        foreach (var connector in _connectors.Values) await connector.LoseWorkerAsync();
        _turn.Release();
    }

    /// <summary>Connect is back with the connectors it had, in the states they had.</summary>
    public async Task StartAsync()
    {
        await _turn.WaitAsync();
        foreach (var connector in _connectors.Values) connector.FindWorker();
        _turn.Release();
        _server.Start();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var connector in _connectors.Values) await connector.DisposeAsync();
        _server.Dispose();
        _turn.Dispose();
    }

    internal StandInOptions Options => _options;

    internal SemaphoreSlim Turn => _turn;

    internal StandInConnector? Find(string name) => _connectors.GetValueOrDefault(name);

    /// <summary>A connector that does not run yet.</summary>
    internal StandInConnector Add(string name, Dictionary<string, string> config) =>
        _connectors[name] = new StandInConnector(name, config, _options, Faults, TimeProvider.System)
        {
            ReadOffset = () => _offsets.GetValueOrDefault(name),
            WriteOffset = offset => _offsets[name] = offset,
        };

    internal void Remove(string name)
    {
        if (_connectors.TryRemove(name, out _)) _options.ConnectorDeleted();
    }

    internal ConnectorOffset? Offset(string name) => _offsets.GetValueOrDefault(name);

    /// <summary>Null forgets it.</summary>
    internal void SetOffset(string name, ConnectorOffset? offset)
    {
        if (offset is null) _offsets.TryRemove(name, out _);
        else _offsets[name] = offset;
    }
}
