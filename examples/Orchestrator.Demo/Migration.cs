using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>The one command a user runs, with its live progress going straight to this terminal.</summary>
internal static class Migration
{
    /// <param name="sourceUrl">What is moved.</param>
    /// <param name="targetUrl">Where to.</param>
    /// <param name="switchCommand">Moves the application.</param>
    /// <param name="undoCommand">Moves it back.</param>
    /// <param name="stateDirectory">Where the run is kept.</param>
    public static async Task<int> RunAsync(string sourceUrl, string targetUrl, string switchCommand, string undoCommand, string stateDirectory)
    {
        string[] arguments =
        [
            "migrate", "--cutover", "auto", "--on-switch", switchCommand, "--on-switch-undo", undoCommand,
            "--state", stateDirectory, "--run", "demo",
        ];
        var info = OrchestratorProcess.StartInfo(arguments);
        // Arguments can be read by every user of a machine; the URLs hold passwords.
        info.Environment["SOURCE_DB_URL"] = sourceUrl;
        info.Environment["TARGET_DB_URL"] = targetUrl;
        using var process = Process.Start(info)
            ?? throw new InvalidOperationException("cannot start the orchestrator");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
