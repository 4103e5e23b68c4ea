using Npgsql;
using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Runs checks one after the other.</summary>
internal static class PgCheckRun
{
    /// <summary>As reports list it.</summary>
    public static string Label(IPgCheck check) => $"{check.Id} {check.Title}";

    /// <returns>Blockers first.</returns>
    public static async Task<IReadOnlyList<Finding>> RunAsync(IEnumerable<IPgCheck> checks, PgCheckContext context, CancellationToken ct)
    {
        var findings = new List<Finding>();
        foreach (var check in checks) findings.AddRange(await RunAsync(check, context, ct));
        return [.. findings.OrderByDescending(f => f.Severity).ThenBy(f => f.Id, StringComparer.Ordinal)];
    }

    /// <summary>One check that cannot look does not keep the others from looking.</summary>
    private static async Task<IReadOnlyList<Finding>> RunAsync(IPgCheck check, PgCheckContext context, CancellationToken ct)
    {
        var found = new PgFindings(check);
        try
        {
            await check.RunAsync(context, found, ct);
        }
        catch (PostgresException e)
        {
            found.Add(
                check.Worst == Severity.Blocker ? Severity.Blocker : Severity.Warning, "assessment",
                $"Could not be checked: {check.Title}. The server said: {e.MessageText} ({e.SqlState}).",
                "Give the migration's role the right to look, or look yourself and decide.");
        }
        catch (NpgsqlException e)
        {
            throw PgErrors.Describe(e, $"The check {check.Id} ({check.Title})");
        }

        return found.All;
    }
}
