using System.Diagnostics;

namespace Orchestrator.TestKit;

/// <summary>
/// Runs server programs as an account the server accepts: PostgreSQL refuses to run as root,
/// so a root test process starts them as the system user <c>postgres</c>.
/// </summary>
internal static class ServerAccount
{
    private static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>A file-name friendly tag of the account, for caches several accounts must not share.</summary>
    public static string Tag => IsRoot ? "postgres" : Environment.UserName;

    /// <summary>Describes a program start under the server's account.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (IsRoot)
        {
            info.FileName = "setpriv";
            foreach (var argument in (string[])["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program])
                info.ArgumentList.Add(argument);
        }
        else
        {
            info.FileName = program;
        }
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["LC_ALL"] = "C.UTF-8";
        return info;
    }

    /// <summary>Runs a program to its end under the server's account.</summary>
    public static Task<ProgramResult> RunAsync(string program, params string[] arguments)
        => ProgramRun.RunAsync(StartInfo(program, arguments));

    /// <summary>As <see cref="RunAsync"/>, and throws with the program's own words when it fails.</summary>
    public static async Task RequireAsync(string program, params string[] arguments)
    {
        var result = await RunAsync(program, arguments);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
    }
}
