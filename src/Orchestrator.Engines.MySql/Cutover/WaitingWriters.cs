using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Cutover;

/// <summary>
/// MySQL lets a writer announce itself to the whole server before it waits for its table. Becoming read-only waits for those
/// who did, and they wait for the lock we hold on the tables. What they ask would be refused a moment later: their
/// statements are ended, and their sessions go on.
/// </summary>
internal sealed class WaitingWriters(MySqlSession session, TimeProvider time)
{
    private const int NoSuchSession = 1094;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    /// <summary>Ends, until it is done, the statements that keep it from being done.</summary>
    /// <param name="work">Waits for them.</param>
    /// <param name="heldFor">How long we have held the tables: who has waited for longer waits for somebody else.</param>
    /// <param name="ct">Stops the looking.</param>
    public async Task EndUntilAsync(Task work, TimeSpan heldFor, CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        var since = time.GetTimestamp();
        while (!work.IsCompleted)
        {
            var longest = (int)Math.Ceiling((heldFor + time.GetElapsedTime(since)).TotalSeconds);
            var waiting = await connection.RowsAsync(
                string.Create(CultureInfo.InvariantCulture, $"SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = '{WriteProbe.Waits}' AND TIME <= {longest}"), ct);
            foreach (var row in waiting) await EndAsync(connection, row[0]!, ct);
            await Task.WhenAny(work, Task.Delay(Glance, time, ct));
        }
    }

    private static async Task EndAsync(MySqlConnection connection, string id, CancellationToken ct)
    {
        try
        {
            await connection.RunAsync($"KILL QUERY {id}", ct);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is NoSuchSession)
        {
            // It went by itself.
        }
    }
}
