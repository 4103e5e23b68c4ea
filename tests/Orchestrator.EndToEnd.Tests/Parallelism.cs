using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

// Most of a test's time is waiting for servers and processes; more than the processors can be waited for at once.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace Orchestrator.EndToEnd.Tests;

internal static class Parallelism
{
    /// <summary>On a small machine one session copies by itself; what several do to each other is to be tested on every machine.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "A test project starts nowhere else.")]
    internal static void CopyBySeveralSessions() => Environment.SetEnvironmentVariable("ORCHESTRATOR_PARALLEL_WORKERS", "2");
}
