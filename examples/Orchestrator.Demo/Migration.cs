using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>The one command a user runs, with its live progress going straight to this terminal.</summary>
internal static class Migration
{
    public static async Task<int> RunAsync(Servers servers, Route route, string stateDirectory)
    {
        string[] arguments =
        [
            "migrate", "--cutover", "auto", "--on-switch", route.SwitchCommand, "--on-switch-undo", route.UndoCommand,
            "--state", stateDirectory, "--run", "demo",
        ];
        var info = OrchestratorProcess.StartInfo(arguments);
        // Arguments can be read by every user of a machine; the URLs hold passwords.
        info.Environment["SOURCE_DB_URL"] = servers.Source.Url;
        info.Environment["TARGET_DB_URL"] = servers.Target.Url;
        using var process = Process.Start(info)
            ?? throw new InvalidOperationException("cannot start the orchestrator");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
