using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>Builds the engine over a control store; null for what needs no run (assess, validate by URLs).</summary>
internal delegate IMigrationEngine EngineFactory(IRunStore? store);

/// <summary>What every command works with.</summary>
internal sealed record AppServices(Terminal Terminal, EngineFactory Engine);
