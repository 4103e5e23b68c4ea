using Orchestrator.Core.Model;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Core.Tests.Workflow;

public sealed class CascadeGroupsTests
{
    [Fact]
    public void Tables_that_hang_together_are_loaded_together()
    {
        TableSchema[] tables = [Table("a", "b"), Table("b"), Table("c", "b"), Table("d"), Table("e", "e")];
        Assert.Equal(["d", "e"], Whole(tables, "a", "b", "d", "e"));
        Assert.Equal(["a", "b", "c", "d"], Whole(tables, "a", "b", "c", "d"));
        Assert.Empty(Whole(tables, "a"));
    }

    private static IEnumerable<string> Whole(TableSchema[] tables, params string[] loaded) =>
        CascadeGroups.Whole(tables, loaded.Select(n => new TableRef("s", n)).ToHashSet()).Select(t => t.Name).Order(StringComparer.Ordinal);

    private static TableSchema Table(string name, params string[] children) => new()
    {
        Table = new TableRef("s", name),
        SourceId = 0,
        Columns = [],
        Key = new RowKey(RowKeyKind.None, []),
        Pages = 0,
        EstimatedRows = 0,
        Bytes = 0,
        Cascades = [.. children.Select(c => new Cascade(new TableRef("s", c), [], [], CascadeAction.Follow, CascadeAction.None))],
    };
}
