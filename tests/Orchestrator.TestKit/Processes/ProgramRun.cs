using System.Diagnostics;

namespace Orchestrator.TestKit;

/// <summary>What a finished program left behind.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Error);

/// <summary>Runs a program to its end, feeding and collecting its streams.</summary>
public static class ProgramRun
{
    /// <summary>Starts the program, writes <paramref name="input"/> to it, waits for its end.</summary>
    public static async Task<ProgramResult> RunAsync(ProcessStartInfo info, Stream? input = null, CancellationToken cancel = default)
    {
        info.UseShellExecute = false;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"cannot start {info.FileName}");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await FeedAsync(process, input, cancel);
            var texts = await Task.WhenAll(output, error);
            await process.WaitForExitAsync(cancel);
            return new ProgramResult(process.ExitCode, texts[0], texts[1]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task FeedAsync(Process process, Stream? input, CancellationToken cancel)
    {
        try
        {
            if (input is not null)
                await input.CopyToAsync(process.StandardInput.BaseStream, cancel);
            process.StandardInput.Close();
        }
        catch (IOException e)
        {
            // A program may end before it has read all its input; its exit code tells whether that is a failure.
            Trace.WriteLine(e.Message);
        }
    }
}
