using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Which server versions can be moved. Looked at first: on older servers the other checks could not even be asked.</summary>
internal static class PgVersions
{
    private const int OldestSource = 14; // pgoutput carries logical messages, our markers, from 14 on
    private const int OldestTarget = 15;

    public static IReadOnlyList<IPgCheck> Checks { get; } =
    [
        new PgCheck("F-SRC-001", Severity.Blocker, "schema", "The source is PostgreSQL 14 or newer", (c, f, _) =>
        {
            Source(c.Source.Version, f);
            return Task.CompletedTask;
        }),
        new PgCheck("F-TGT-001", Severity.Blocker, "schema", "The target is PostgreSQL 15 or newer", (c, f, _) =>
        {
            Target(c.Target.Version, f);
            return Task.CompletedTask;
        }) { NeedsSource = false },
    ];

    /// <summary>Empty if both can be worked with.</summary>
    public static IReadOnlyList<Finding> Unsupported(int source, int target)
    {
        var onSource = new PgFindings(Checks[0]);
        Source(source, onSource);
        return [.. onSource.All, .. UnsupportedTarget(target)];
    }

    /// <summary>Empty if it can be worked with.</summary>
    public static IReadOnlyList<Finding> UnsupportedTarget(int version)
    {
        var found = new PgFindings(Checks[1]);
        Target(version, found);
        return found.All;
    }

    private static void Source(int version, PgFindings found)
    {
        if (version / 10_000 < OldestSource)
            found.Add("source", $"is PostgreSQL {version / 10_000}; {OldestSource} or newer is needed.", "Upgrade the source's minor line to a supported major version first.");
    }

    private static void Target(int version, PgFindings found)
    {
        if (version / 10_000 < OldestTarget)
            found.Add("target", $"is PostgreSQL {version / 10_000}; {OldestTarget} or newer is needed.", $"Create the target on PostgreSQL {OldestTarget} or newer.");
    }
}
