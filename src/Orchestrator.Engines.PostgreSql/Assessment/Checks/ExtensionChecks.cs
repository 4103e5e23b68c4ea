using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Extensions of the source and what the target offers (CASES PP9).</summary>
internal static class ExtensionChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-EXT-001", Severity.Blocker, "schema", "Every extension of the source is available on the target", async (c, f, ct) =>
        {
            foreach (var (name, version, offered) in await ReadAsync(c, ct))
                if (offered is null)
                    f.Add($"extension {name}", $"is used on the source (version {version}) and is not available on the target.", $"DROP EXTENSION {PgName.Quote(name)}; -- on the source, if nothing needs it; else install its package on the target's server");
        }),
        new PgCheck("F-EXT-002", Severity.Warning, "schema", "Extensions have the same version on both sides", async (c, f, ct) =>
        {
            foreach (var (name, version, offered) in await ReadAsync(c, ct))
                if (offered is { } o && o.Version != version)
                    f.Add($"extension {name}", $"is version {version} on the source and {o.Version} on the target: its types and functions may differ.", $"CREATE EXTENSION {PgName.Quote(name)} VERSION {PgName.Literal(version)}; -- on the target, if offered");
        }),
        new PgCheck("F-EXT-003", Severity.Warning, "schema", "Our role may create the extensions on the target", async (c, f, ct) =>
        {
            foreach (var (name, _, offered) in await ReadAsync(c, ct))
                if (offered is { Installed: false, MayCreate: false })
                    f.Add($"extension {name}", $"is not created yet and {c.Target.User} may not create it.", $"CREATE EXTENSION {PgName.Quote(name)}; -- as superuser on the target");
        }),
    ];

    private sealed record Offered(string Version, bool Installed, bool MayCreate);

    private static async Task<List<(string Name, string Version, Offered? Offered)>> ReadAsync(PgCheckContext context, CancellationToken ct)
    {
        var used = await context.Source.RowsAsync("SELECT extname, extversion FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname", ct);
        var offered = await context.Target.RowsAsync(
            """
            SELECT e.name, coalesce(e.installed_version, e.default_version), e.installed_version IS NOT NULL,
                   (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
                   OR EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = e.name AND v.version = e.default_version AND (v.trusted OR NOT v.superuser))
            FROM pg_available_extensions e
            """, ct);
        var byName = offered.ToDictionary(r => r[0], r => new Offered(r[1], r.True(2), r.True(3)));
        return [.. used.Select(r => (r[0], r[1], byName.GetValueOrDefault(r[0])))];
    }
}
