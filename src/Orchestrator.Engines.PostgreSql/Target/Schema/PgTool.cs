using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>
/// Runs pg_dump, pg_restore and psql. Where to connect goes by the environment, never by arguments, so no password is
/// ever in a process list (https://www.postgresql.org/docs/15/libpq-envars.html).
/// </summary>
internal sealed class PgTool
{
    /// <summary>Environment variable that names the directory of the programs; else the newest installed ones are taken.</summary>
    public const string DirectoryVariable = "ORCHESTRATOR_PG_BIN";

    private readonly PgSession _session;

    public PgTool(PgSession session) => _session = session;

    /// <summary>Runs a program against this database.</summary>
    /// <param name="program"><c>pg_dump</c>, <c>pg_restore</c> or <c>psql</c>.</param>
    /// <param name="arguments">Arguments without connection parameters.</param>
    /// <param name="input">Text for its standard input; null: none.</param>
    /// <param name="ct">Kills the program.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="OrchestratorException">Data <c>E-SCHEMA-001</c>: it failed; its own words are quoted.</exception>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(PathOf(program), arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        SetEnvironment(start.Environment);
        using var process = Process.Start(start)!;
        await using var kill = ct.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await FeedAsync(process, input);
        await process.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        if (process.ExitCode == 0) return await output;
        throw new OrchestratorException(
            ErrorKind.Data, "E-SCHEMA-001", $"{program} failed: {FirstError(await errors)}",
            "The step was rolled back as a whole. Mend what it names, then resume.");
    }

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended early and closed its input; its exit code and words say why.
        }
    }

    private static string FirstError(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var first = Array.FindIndex(lines, l => l.Contains("ERROR", StringComparison.Ordinal) || l.Contains("error:", StringComparison.Ordinal));
        return SecretText.Mask(string.Join(' ', lines.Skip(Math.Max(first, 0)).Take(3)));
    }

    internal void SetEnvironment(IDictionary<string, string?> environment)
    {
        // Either of these in the user's shell would lead the programs to another server.
        foreach (var stray in (string[])["PGSERVICE", "PGHOSTADDR"]) environment.Remove(stray);
        foreach (var (name, value) in PgUrl.ToEnvironment(_session.ConnectionString)) environment[name] = value;
        environment["PGOPTIONS"] = PgSession.Pinned;
        environment["PGCLIENTENCODING"] = "UTF8";
        environment["PSQLRC"] = "/dev/null";
    }

    internal static string PathOf(string program)
    {
        var configured = Environment.GetEnvironmentVariable(DirectoryVariable);
        if (!string.IsNullOrEmpty(configured)) return Path.Combine(configured, program);
        const string debian = "/usr/lib/postgresql";
        if (!Directory.Exists(debian)) return program;
        var newest = Directory.GetDirectories(debian)
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0)
            .Select(d => Path.Combine(d, "bin", program)).FirstOrDefault(File.Exists);
        return newest ?? program;
    }
}
