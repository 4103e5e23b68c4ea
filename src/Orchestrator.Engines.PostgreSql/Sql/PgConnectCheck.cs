using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>Logs in once, before anything is created.</summary>
public static class PgConnectCheck
{
    /// <param name="url">Checked by <see cref="PgUrl"/>; a secret.</param>
    /// <param name="side"><c>source</c> or <c>target</c>.</param>
    /// <param name="ct">Stops the waiting.</param>
    /// <exception cref="OrchestratorException"><c>E-CONN-...</c>: the server cannot be reached or does not let us in.</exception>
    public static async Task RunAsync(string url, string side, CancellationToken ct)
    {
        await using var session = new PgSession(PgUrl.ToConnectionString(url), "check");
        try
        {
            await using var connection = await session.OpenAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PgConnectErrors.Describe(e, side, url);
        }
    }
}
