using Orchestrator.ChangeSources.Debezium.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Assessment;

public sealed class AssessmentPageTests
{
    [Fact]
    public void Documentation_lists_exactly_the_checks()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "assessment.md"));
        var listed = page.Where(l => l.StartsWith("| F-DBZ-", StringComparison.Ordinal)).Select(l => l.Split(" | ")).Select(l => $"{l[0][2..]} {l[1]}");
        Assert.Equal(DebeziumAssessor.Checks, listed);
    }
}
