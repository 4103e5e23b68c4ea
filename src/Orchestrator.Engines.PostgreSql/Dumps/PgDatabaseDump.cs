using System.ComponentModel;
using System.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Dumps;

/// <summary>
/// A dump by pg_dump in its custom format. It comes through a pipe, so that a pg_dump whose service was killed ends with its
/// next word; it then has no table of where its tables begin, and pg_restore looks for them.
/// </summary>
/// <param name="url">A secret.</param>
public sealed class PgDatabaseDump(string url) : IDatabaseDump
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>ENOENT. The system's sentence would name directories of the service's machine.</summary>
    private const int NoSuchFile = 2;

    /// <summary>Tables are locked against changes of their structure only; who holds a lock that forbids even that is not waited for for ever.</summary>
    private static readonly string[] Arguments = ["--format=custom", "--verbose", "--no-password", "--lock-wait-timeout=60s"];

    private const string CountSql = $"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {PgRelationSql.IsUsers}";

    public async Task RunAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, Action<DumpedTables> progress, CancellationToken ct)
    {
        await using var session = new PgSession(PgUrl.ToConnectionString(url), "backup");
        var words = new DumpWords(await CountAsync(session, ct), progress);
        using var process = Start(session);
        await using var kill = ct.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        var listening = words.ListenAsync(process.StandardError);
        try
        {
            await PassAsync(process.StandardOutput.BaseStream, write, ct);
        }
        catch
        {
            // Nobody takes its bytes any more.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await listening;
        ct.ThrowIfCancellationRequested();
        if (process.ExitCode != 0) throw Failed(words.Error ?? $"it ended with code {process.ExitCode}");
        words.End();
    }

    /// <summary>Also says what is wrong with the connection better than pg_dump does.</summary>
    private async Task<long> CountAsync(PgSession session, CancellationToken ct)
    {
        try
        {
            await using var connection = await session.OpenAsync(ct);
            return await connection.ScalarAsync<long>(CountSql, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PgConnectErrors.Describe(e, "database", url);
        }
    }

    private static Process Start(PgSession session)
    {
        var start = new ProcessStartInfo(PgTool.PathOf("pg_dump"), Arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        new PgTool(session).SetEnvironment(start.Environment);
        // In the database's own encoding: one that has none (SQL_ASCII) holds bytes that are no UTF-8.
        start.Environment.Remove("PGCLIENTENCODING");
        // Its words are read.
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-BACKUP-006", $"pg_dump cannot be started: {(e.NativeErrorCode == NoSuchFile ? "it is not there" : $"error {e.NativeErrorCode}")}.",
                $"Install PostgreSQL's client programs where the service runs, or name their directory with {PgTool.DirectoryVariable}.", e);
        }
    }

    private static async Task PassAsync(Stream output, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        // Not cancelled itself: the killed program ends it.
        for (int read; (read = await output.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, CancellationToken.None)) > 0;)
            await write(buffer.AsMemory(0, read), ct);
    }

    private OrchestratorException Failed(string words) => new(
        ErrorKind.Data, "E-BACKUP-007", $"pg_dump failed: {SecretText.Mask(words, PgUrl.ToBuilder(url).Password ?? "").TrimEnd('.')}.",
        $"Mend what it names; one that is older than the server refuses it: {PgTool.DirectoryVariable} names the directory of another.");
}
