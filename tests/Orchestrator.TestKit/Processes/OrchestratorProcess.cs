using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>The product as a user starts it: a process of its own, observed from outside and killed at will.</summary>
public sealed class OrchestratorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly LifeLine _lifeLine;
    private readonly Capture _output = new();
    private readonly Capture _error = new();
    private readonly Task _pumps;

    private OrchestratorProcess(Process process)
    {
        _process = process;
        _lifeLine = LifeLine.ForProcess(process.Id);
        process.StandardInput.Close();
        _pumps = Task.WhenAll(_output.PumpAsync(process.StandardOutput), _error.PumpAsync(process.StandardError));
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Everything on stdout so far.</summary>
    public string Output => _output.Text;

    /// <summary>Everything on stderr so far.</summary>
    public string Error => _error.Text;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the built command line tool.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables on top of this process's own; null removes one.</param>
    public static OrchestratorProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        return Start(StartInfo(arguments), environment);
    }

    /// <summary>Starts any program under the same observation.</summary>
    public static OrchestratorProcess Start(ProcessStartInfo info, IReadOnlyDictionary<string, string?>? environment = null)
    {
        info.UseShellExecute = false;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            info.Environment[name] = value;
        return new OrchestratorProcess(Process.Start(info) ?? throw new InvalidOperationException("cannot start the orchestrator"));
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        await using var process = Start(arguments, environment);
        var exitCode = await process.WaitForExitAsync(timeout ?? TimeSpan.FromMinutes(3));
        return new ProgramResult(exitCode, process.Output, process.Error);
    }

    /// <summary>
    /// How the tool is started: <c>ORCHESTRATOR_EXE</c> when set, else the copy beside the running assembly,
    /// else <c>artifacts/orchestrator</c>.
    /// </summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "orchestrator.dll");
        var named = Environment.GetEnvironmentVariable("ORCHESTRATOR_EXE");
        return string.IsNullOrEmpty(named) && File.Exists(beside)
            ? new ProcessStartInfo("dotnet", ["exec", beside, .. arguments]) { UseShellExecute = false }
            : new ProcessStartInfo(named ?? Path.Combine(RepositoryRoot.Path, "artifacts", "orchestrator"), arguments) { UseShellExecute = false };
    }

    /// <summary>Kills it with SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGINT, as Ctrl-C does.</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    /// <summary>Sends a signal by its name without SIG (STOP, CONT, TERM, ...).</summary>
    public async Task SignalAsync(string signal)
        => await ProgramRun.RunAsync(new ProcessStartInfo("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]));

    /// <summary>Waits for its end and returns the exit code (137 after SIGKILL).</summary>
    /// <exception cref="TimeoutException">It still runs; the message holds its output so far.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(timeout);
            await _pumps.WaitAsync(TimeSpan.FromSeconds(10));
            return _process.ExitCode;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"still running after {timeout}:\n{Error}\n{Output}", e);
        }
    }

    /// <summary>Waits for a line of stdout or stderr that matches, already printed or to come, and returns it.</summary>
    /// <exception cref="TimeoutException">No such line came; also when the process ended without it.</exception>
    public async Task<string> WaitForLineAsync(string pattern, TimeSpan timeout)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var ended = _pumps.IsCompleted;
            var line = _error.Find(regex) ?? _output.Find(regex);
            if (line is not null)
                return line;
            if (ended || watch.Elapsed > timeout)
                throw new TimeoutException($"no line matching '{pattern}' ({(ended ? "it ended" : "waited " + timeout)}):\n{Error}\n{Output}");
            await Task.Delay(10);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _lifeLine.Cancel();
        _lifeLine.Dispose();
        _process.Dispose();
    }

    private sealed class Capture
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string Text => string.Concat(_lines.Select(l => l + "\n"));

        public string? Find(Regex regex) => _lines.FirstOrDefault(l => regex.IsMatch(l));

        public async Task PumpAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
                _lines.Enqueue(line);
        }
    }
}
