using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>
/// A Kafka broker in a process of its own: Debian's <c>kcat</c>, which carries an older librdkafka's mock cluster. Its
/// records are gone with it. It ends when this process does, because its standard input ends then.
/// </summary>
public sealed partial class KcatBroker : IDisposable
{
    private readonly Process _process;

    private KcatBroker(Process process, string address) => (_process, BootstrapServers) = (process, address);

    /// <summary>Where to connect.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts one on a port of its own choice.</summary>
    public static async Task<KcatBroker> StartAsync()
    {
        // Debian's build lacks kcat's own -M; as a producer that waits for input it keeps the cluster as well.
        var info = new ProcessStartInfo("kcat", ["-P", "-b", "unused", "-t", "kcat-idle", "-X", "test.mock.num.brokers=1"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = info };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) address.TrySetException(new InvalidOperationException("kcat ended without naming its mock broker."));
            else if (Replaced().Match(e.Data) is { Success: true } match) address.TrySetResult(match.Groups["address"].Value);
        };
        if (!process.Start()) throw new InvalidOperationException("cannot start kcat");
        process.BeginErrorReadLine();
        return new KcatBroker(process, await address.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    /// <summary>Kills the process, as a crash does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    [GeneratedRegex(@"replaced with (?<address>127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Replaced();
}
