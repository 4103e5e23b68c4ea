using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli;

/// <summary>Puts the engine together: the one place that knows which parts make up the program.</summary>
internal static class Composition
{
    public static IMigrationEngine Engine(IRunStore? store) =>
        new MigrationEngine(new EngineFactory(TimeProvider.System), store, TimeProvider.System);
}
