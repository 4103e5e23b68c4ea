using System.Diagnostics;
using System.Globalization;
using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Core.Tests.Cutover;

public sealed class ShellCommandTests
{
    private static readonly Dictionary<string, string> Nothing = [];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Exit_code_and_both_streams_are_reported_and_there_is_no_input()
    {
        var (code, output) = await ShellCommand.RunAsync("cat; echo out; echo err >&2; exit 7", Nothing, CancellationToken.None);

        Assert.Equal(7, code);
        Assert.Equal(["err", "out"], output.Split('\n').Order());
    }

    [Fact]
    public async Task Command_that_leaves_something_in_the_background_is_done_when_the_shell_is_and_leaves_it_running()
    {
        using var limit = new CancellationTokenSource(Patience);

        var (code, output) = await ShellCommand.RunAsync("sleep 300 & echo $!; exit 0", Nothing, limit.Token);

        using var left = Process.GetProcessById(int.Parse(output, CultureInfo.InvariantCulture));
        Assert.Equal((0, false), (code, left.HasExited));
        left.Kill();
    }

    [Fact]
    public async Task Command_is_killed_when_it_is_stopped()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShellCommand.RunAsync("sleep 300", Nothing, stop.Token));
    }

    [Fact]
    public async Task Command_dies_with_the_process_that_started_it()
    {
        using var process = Process.Start(ShellCommand.StartInfo("sleep 300 & echo started; wait; echo survived"))!;
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync());

        // What the kernel does with our end of the pipe when we are killed.
        process.StandardInput.Close();

        // The end of the stream comes when nobody has it open any more, the background process included.
        using var limit = new CancellationTokenSource(Patience);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(137, process.ExitCode);
    }
}
