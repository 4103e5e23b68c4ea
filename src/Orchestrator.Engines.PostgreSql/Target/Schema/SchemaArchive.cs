using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>
/// The source's schema as a pg_dump archive, kept beside the control store so that both schema steps of a run come from
/// one dump, also after a restart.
/// </summary>
internal sealed class SchemaArchive(PgSession source, PgSession target, string path)
{
    private string PartialPath => path + ".partial";

    // pg_foreign_server, pg_user_mapping, pg_foreign_data_wrapper, pg_event_trigger, pg_largeobject_metadata: not moved (docs/limits.md).
    private static readonly HashSet<uint> NotMoved = [1417, 1418, 2328, 3466, 2995];

    /// <summary>Tables outside the selection, foreign tables, their sequences, and the views that need them.</summary>
    private const string LeftOutSql = $"""
        {LeftOut.With},
        out AS (
            SELECT oid FROM (SELECT oid FROM left_out_table UNION SELECT oid FROM left_out_sequence) l
            UNION
            SELECT r.ev_class FROM out JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = out.oid AND d.classid = 'pg_rewrite'::regclass
            JOIN pg_rewrite r ON r.oid = d.objid WHERE r.ev_class <> out.oid)
        SELECT n.nspname, c.relname, c.oid FROM out JOIN pg_class c ON c.oid = out.oid JOIN pg_namespace n ON n.oid = c.relnamespace
        """;

    /// <summary>Owners and grantees of the source, the installation's first role included, which pg_shdepend never lists.</summary>
    internal const string RolesSql = """
        SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.refclassid = 'pg_authid'::regclass AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE oid >= 16384
        """;

    public Task EnsureAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) =>
        File.Exists(path) ? Task.CompletedTask : CreateAsync(tables, ct);

    /// <summary>Writes the archive, of the source as it is now.</summary>
    public async Task CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var arguments = new List<string>
        {
            "--format=custom", "--schema-only", "--no-publications", "--no-subscriptions", "--no-tablespaces", "--exclude-schema=orchestrator",
        };
        if (!await KeepsOwnersAsync(ct)) arguments.AddRange(["--no-owner", "--no-privileges"]);
        await using (var connection = await source.BorrowAsync(ct))
        {
            var leftOut = await connection.ListAsync(
                LeftOutSql, r => new TableRef(r.GetString(0), r.GetString(1)), ct, tables.Select(t => t.SourceId).ToArray());
            arguments.AddRange(leftOut.Select(t => $"--exclude-table={PgName.Quote(t)}"));
        }

        var partial = PartialPath;
        await File.WriteAllBytesAsync(partial, [], ct);
        // Tight rights before the first byte: user mappings in a dump may hold passwords.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await new PgTool(source).RunAsync("pg_dump", [.. arguments, $"--file={partial}"], null, ct);
        File.Move(partial, path, overwrite: true);
    }

    public void Delete()
    {
        File.Delete(PartialPath);
        File.Delete(path);
    }

    /// <summary>The script of one section without the entries that are not moved or that <paramref name="skip"/> names.</summary>
    public async Task<string> ScriptAsync(string section, Func<DumpEntry, bool> skip, CancellationToken ct)
    {
        var tool = new PgTool(target);
        var contents = DumpContents.Parse(await tool.RunAsync("pg_restore", ["--list", $"--section={section}", path], null, ct));
        var chosen = contents.FindAll(e => !NotMoved.Contains(e.ClassOid) && !skip(e));
        var list = $"{path}.{section}.list";
        await File.WriteAllLinesAsync(list, chosen.Select(e => e.Line), ct);
        try
        {
            return await tool.RunAsync("pg_restore", [$"--section={section}", $"--use-list={list}", "--file=-", path], null, ct);
        }
        finally
        {
            File.Delete(list);
        }
    }

    /// <summary>Runs a script as one transaction: all of it or nothing.</summary>
    public Task RunAsync(string script, CancellationToken ct) =>
        new PgTool(target).RunAsync("psql", ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"], script, ct);

    /// <summary>Owners and grants are kept if every role exists on the target and we may give objects away.</summary>
    private async Task<bool> KeepsOwnersAsync(CancellationToken ct)
    {
        await using var from = await source.BorrowAsync(ct);
        await using var to = await target.BorrowAsync(ct);
        var roles = await from.ListAsync(RolesSql, r => r.GetString(0), ct);
        return await to.ScalarAsync<bool>(
            """
            SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
               AND NOT EXISTS (SELECT FROM unnest($1) n WHERE n NOT IN (SELECT rolname FROM pg_roles))
            """,
            ct, (object)roles.ToArray());
    }
}
