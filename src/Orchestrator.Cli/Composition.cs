using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli;

/// <summary>Puts the engine together: the one place that knows which parts make up the program.</summary>
internal static class Composition
{
    public static IMigrationEngine Engine(IRunStore? store) =>
        new MigrationEngine(new EngineFactory(TimeProvider.System), store, TimeProvider.System);

    /// <param name="store">Keeps the runs.</param>
    /// <param name="resolve">Puts what a URL refers to into it.</param>
    public static IMigrationEngine Engine(IRunStore store, Func<string, string> resolve) =>
        new MigrationEngine(new ResolvingEngineFactory(new EngineFactory(TimeProvider.System), resolve), store, TimeProvider.System);
}
