using Npgsql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>Waits for the next notification about steps, also one that came with the answer to another statement; not for ever, as one may be lost.</summary>
internal sealed class StepSignal
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private readonly NpgsqlConnection _connection;
    private volatile bool _rang;

    private StepSignal(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notification += (_, _) => _rang = true;
    }

    public static async Task<StepSignal> ListenAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var signal = new StepSignal(connection);
        await Sql.PgCommands.RunAsync(connection, $"LISTEN {PartTables.Channel}", ct);
        return signal;
    }

    /// <summary>What rings from here on ends the next wait: call it before looking.</summary>
    public void Reset() => _rang = false;

    public async Task WaitAsync(CancellationToken ct)
    {
        if (!_rang) await _connection.WaitAsync(Poll, ct);
    }
}
