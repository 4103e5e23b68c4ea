namespace Orchestrator.Core.Assessment;

/// <summary>What the checks of one side found, where source and target are of different kinds and each engine looks at its own.</summary>
/// <param name="Address">Host, port and database, no secrets.</param>
/// <param name="ChecksRun">As <see cref="AssessmentReport.ChecksRun"/>.</param>
/// <param name="Findings">Blockers first.</param>
public sealed record SideAssessment(string Address, IReadOnlyList<string> ChecksRun, IReadOnlyList<Finding> Findings);
