using Orchestrator.Engines.MySql.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.MySql.Tests;

public sealed class AssessmentPageTests
{
    [Fact]
    public void Documentation_lists_exactly_the_registered_checks()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "mysql.md"));
        var registered = MySqlChecks.All.Select(c => $"| {c.Id} | {c.Title} | {c.Worst.ToString().ToLowerInvariant()} | {c.Phase} |");
        Assert.Equal(registered.Order(StringComparer.Ordinal), page.Where(l => l.StartsWith("| F-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
