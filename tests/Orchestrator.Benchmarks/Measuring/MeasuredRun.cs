using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The orchestrator as a process whose wall time, phases and peak memory are measured from outside.</summary>
internal sealed partial class MeasuredRun : IAsyncDisposable
{
    private readonly OrchestratorProcess _process;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Task _memory;
    private double _peakMib;

    private MeasuredRun(IEnumerable<string> arguments)
    {
        _process = OrchestratorProcess.Start(arguments);
        _memory = Task.Run(WatchMemoryAsync);
    }

    /// <summary>Highest resident set so far, MiB, as the kernel counts it.</summary>
    public double PeakMib => _peakMib;

    public static MeasuredRun Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Arguments of a migration with one JSON document at the end.</summary>
    public static string[] Migrate(string sourceUrl, PgDatabase target, string state, params IEnumerable<string> more)
        => ["migrate", "--source-db", sourceUrl, "--target-db", target.Url, "--state", state, "--run", "bench", "--json", .. more];

    /// <summary>Waits until the run enters a phase.</summary>
    public Task WaitForPhaseAsync(string phase) => _process.WaitForLineAsync($@"\bphase={phase}\b", TimeSpan.FromMinutes(10));

    public Task InterruptAsync() => _process.InterruptAsync();

    /// <summary>Waits for its end.</summary>
    /// <param name="expected">The exit code it must have.</param>
    /// <returns>Seconds from start to end.</returns>
    public async Task<double> EndAsync(int expected = 0)
    {
        var code = await _process.WaitForExitAsync(TimeSpan.FromMinutes(20));
        var seconds = _watch.Elapsed.TotalSeconds;
        await _memory;
        return code == expected ? seconds : throw new InvalidOperationException($"orchestrator ended with {code}:\n{_process.Error}\n{_process.Output}");
    }

    /// <summary>Seconds between the first progress line of a phase and the first one of any later phase.</summary>
    public double PhaseSeconds(string phase)
    {
        DateTimeOffset? begin = null;
        foreach (Match line in ProgressLine().Matches(_process.Error))
        {
            var at = DateTimeOffset.Parse(line.Groups["at"].ValueSpan, CultureInfo.InvariantCulture);
            if (line.Groups["phase"].ValueSpan.SequenceEqual(phase))
                begin ??= at;
            else if (begin is not null)
                return (at - begin.Value).TotalSeconds;
        }
        throw new InvalidOperationException($"no progress line begins and ends phase {phase}:\n{_process.Error}");
    }

    /// <summary>A number of the final JSON report, wherever in it; null when it is not there.</summary>
    public double? Reported(string name)
    {
        try
        {
            using var document = JsonDocument.Parse(_process.Output);
            return Find(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"the report is no JSON document:\n{_process.Output}", e);
        }
    }

    /// <summary>The cutover's steps of the final JSON report and the milliseconds each took.</summary>
    public IReadOnlyList<(string Step, double Milliseconds)> ReportedSteps()
    {
        using var document = JsonDocument.Parse(_process.Output);
        return
        [
            .. document.RootElement.GetProperty("result").GetProperty("steps").EnumerateArray()
                .Where(s => s.GetProperty("measured_ms").ValueKind == JsonValueKind.Number)
                .Select(s => (s.GetProperty("name").GetString()!, s.GetProperty("measured_ms").GetDouble())),
        ];
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static double? Find(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .Select(p => p.Name == name && p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : Find(p.Value, name))
            .FirstOrDefault(v => v is not null),
        JsonValueKind.Array => element.EnumerateArray().Select(e => Find(e, name)).FirstOrDefault(v => v is not null),
        _ => null,
    };

    private async Task WatchMemoryAsync()
    {
        while (!_process.HasExited)
        {
            try
            {
                var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                if (line is not null)
                    _peakMib = Math.Max(_peakMib, double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process went away between the look and the read: its peak so far stands.
                Trace.WriteLine(e.Message);
            }
            await Task.Delay(20);
        }
    }

    [GeneratedRegex(@"^(?<at>\d{4}-\S+Z) .*?\bphase=(?<phase>[a-z-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ProgressLine();
}
