namespace Orchestrator.EndToEnd.Tests;

/// <summary>For tests that keep every processor busy for long: run beside others they would make those wait beyond their limits.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
