using System.Globalization;
using Npgsql;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>
/// An application that inserts ids into <c>app</c>, each on the side it thinks is right; a refused insert is tried again,
/// on the other side once the switch file exists. Remembers which ids each side acknowledged.
/// </summary>
internal sealed class AppWriter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string[] _sides;
    private readonly string _switchFile;
    private readonly Task[] _workers;
    private long _next;

    public AppWriter(string source, string target, string switchFile)
    {
        (_sides, _switchFile) = ([source, target], switchFile);
        _workers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(WorkAsync))];
    }

    public List<long>[] Acknowledged { get; } = [[], []];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        NpgsqlConnection[] connections = [new(_sides[0]), new(_sides[1])];
        foreach (var connection in connections) await connection.OpenAsync();
        while (!_stop.IsCancellationRequested)
        {
            var id = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
            var side = File.Exists(_switchFile) ? 1 : 0;
            try
            {
                await using var insert = new NpgsqlCommand($"INSERT INTO app VALUES ({id})", connections[side]);
                await insert.ExecuteNonQueryAsync();
                lock (Acknowledged[side]) Acknowledged[side].Add(long.Parse(id, CultureInfo.InvariantCulture));
            }
            catch (PostgresException e) when (e.SqlState == "25006")
            {
                await Task.Delay(2);
            }
        }

        foreach (var connection in connections) await connection.DisposeAsync();
    }
}
