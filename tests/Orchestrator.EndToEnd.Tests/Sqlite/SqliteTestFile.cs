using System.Diagnostics;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>A SQLite file, read and written by the <c>sqlite3</c> program.</summary>
internal sealed record SqliteTestFile(string Path)
{
    public string Url => "sqlite://" + string.Join('/', Path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Runs statements, or lets the program answer in text: columns by bars, rows by line ends.</summary>
    public async Task<string> RunAsync(string sql)
    {
        var start = new ProcessStartInfo("sqlite3", ["-batch", "-bail", Path]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.StandardInput.WriteAsync(sql);
        program.StandardInput.Close();
        await program.WaitForExitAsync();
        return program.ExitCode == 0 ? (await output).TrimEnd('\n') : throw new InvalidOperationException($"sqlite3: {await error}\n{sql}");
    }
}
