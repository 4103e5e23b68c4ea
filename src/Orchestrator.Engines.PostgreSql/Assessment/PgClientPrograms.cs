using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Asks the client programs the schema step runs for their version.</summary>
internal static class PgClientPrograms
{
    /// <returns>Major version, null if the program is not on the path or says nothing we understand.</returns>
    public static async Task<int?> MajorAsync(string program, CancellationToken ct)
    {
        var info = new ProcessStartInfo(PgTool.PathOf(program), "--version") { UseShellExecute = false, RedirectStandardOutput = true };
        try
        {
            using var process = Process.Start(info);
            if (process is null) return null;
            var text = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return Major(text);
        }
        catch (Win32Exception)
        {
            return null; // not installed: the caller says so
        }
    }

    /// <summary><c>pg_dump (PostgreSQL) 15.18 (Debian ...)</c> is 15, <c>17beta1</c> is 17.</summary>
    internal static int? Major(string text)
    {
        var word = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).FirstOrDefault(w => char.IsAsciiDigit(w[0]));
        var digits = word is null ? "" : new string([.. word.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
