using Orchestrator.Engines.PostgreSql.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

public sealed class AssessmentPageTests
{
    [Fact]
    public void Documentation_lists_exactly_the_registered_checks()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "assessment.md"));
        // The others' own tests ask for theirs.
        var listed = page.Where(l => l.StartsWith("| F-", StringComparison.Ordinal) && !l.StartsWith("| F-SQL-", StringComparison.Ordinal) && !l.StartsWith("| F-DBZ-", StringComparison.Ordinal)).ToList();
        var registered = PgChecks.All.Select(c => $"| {c.Id} | {c.Title} | {c.Worst.ToString().ToLowerInvariant()} | {c.Phase} |").ToList();
        Assert.Equal(registered.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ids_are_unique_and_there_are_many_checks()
    {
        Assert.Equal(PgChecks.All.Count, PgChecks.All.Select(c => c.Id).Distinct().Count());
        Assert.True(PgChecks.All.Count >= 30);
    }
}
