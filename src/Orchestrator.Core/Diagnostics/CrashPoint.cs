using System.Diagnostics;

namespace Orchestrator.Core.Diagnostics;

/// <summary>
/// Named places where the crash drill kills the process as a power cut would: with SIGKILL, so nothing is flushed,
/// disposed or rolled back by us. Set <c>ORCHESTRATOR_CRASH_AT</c> to a point's name before the process starts; without
/// it a call is one comparison with null.
/// <para>
/// Names are <c>area:place</c>, e.g. <c>cutover:after-fence</c>. A name with <c>#n</c> behind it kills at the n-th hit
/// (<c>load:chunk-committed#3</c>); without it, at the first.
/// </para>
/// </summary>
public static class CrashPoint
{
    /// <summary>Name of the environment variable that arms a point.</summary>
    public const string Variable = "ORCHESTRATOR_CRASH_AT";

    private static readonly (string? Name, int Count) Armed = Read(Environment.GetEnvironmentVariable(Variable));
    private static int _hits;

    /// <summary>Kills this process if the point is armed and this is the hit that was asked for.</summary>
    public static void Hit(string point)
    {
        if (Armed.Name is null) return;
        if (Armed.Name == point && Interlocked.Increment(ref _hits) == Armed.Count) Die();
    }

    /// <summary>What a value of the variable arms: a point's name (null: none) and the hit at which it kills.</summary>
    public static (string? Name, int Count) Read(string? value)
    {
        if (string.IsNullOrEmpty(value)) return (null, 1);
        var hash = value.LastIndexOf('#');
        return hash >= 0 && int.TryParse(value.AsSpan(hash + 1), out var count) && count > 0
            ? (value[..hash], count)
            : (value, 1);
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        // The signal may take a moment to arrive; nothing after the point may run until then.
        using var never = new ManualResetEventSlim();
        never.Wait();
    }
}
