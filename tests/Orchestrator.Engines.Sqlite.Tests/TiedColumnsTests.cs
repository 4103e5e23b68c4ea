using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class TiedColumnsTests
{
    private static readonly SqliteFile File = new("/f.db", "f", null, "");

    /// <summary>Each table as <c>name key other>table.column ...</c>: the key first, what a column refers to behind it.</summary>
    [Theory]
    [InlineData("a.id", "a.boss=a.id a.id=a.id b.id=a.id c.x=a.id", "a id boss>a.id", "b id>a.id v", "c n x>b.id")]
    [InlineData("a.id", "a.id=a.id b.id=a.id", "a id>b.id", "b id>a.id")]
    [InlineData("a.id,b.id", "a.id=a.id b.id=a.id", "a id>b.id", "b id>a.id")]
    [InlineData("a.id,b.id", "a.id=a.id b.id=b.id", "a id v", "b id v")]
    [InlineData("a.id,b.id", "a.id=a.id b.id=a.id", "a id", "b id>a.id")]
    [InlineData("a.id", "a.id=a.id", "a id", "c n x>gone.id")]
    public void Keys_and_what_refers_to_them_become_one(string asked, string expected, params string[] tables) =>
        Assert.Equal(expected, string.Join(' ', Results(asked, tables).Select(r => $"{r.Column}={r.Key}").Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("b.id", "b.id refers to a.id, which stays as it is", "a id", "b id>a.id")]
    [InlineData("a.id", "foreign keys tie a.id to several keys, a.id and b.id", "a id", "b id", "c n x>a.id>b.id")]
    [InlineData("a.v", "a.v is not the whole primary key", "a id v")]
    public void What_cannot_be_is_named(string asked, string says, params string[] tables) =>
        Assert.All(Results(asked, tables), r => Assert.StartsWith(says, r.Problem!, StringComparison.Ordinal));

    private static List<(string Column, string? Key, string? Problem)> Results(string asked, string[] tables)
    {
        var wanted = asked.Split(',').Select(a => "f." + a).ToHashSet();
        return [.. TiedColumns.Tie([.. tables.Select(Table)]).SelectMany(t => t.Columns.Select(c => (Column: $"{t.Name.Name}.{c.Name}", Found: c.Tied.KeyFor(x => wanted.Contains(x.ToString())))))
            .Where(r => r.Found != (null, null)).Select(r => (r.Column, r.Found.Key?.ToString()[2..], r.Found.Problem?.Replace("f.", "", StringComparison.Ordinal)))];
    }

    private static SourceTable Table(string text)
    {
        var words = text.Split(' ');
        var columns = words[1..].Select((w, i) => new SourceColumn(w.Split('>')[0], i + 1, "INTEGER", false, null, i == 0 ? 1 : 0, false, new ColumnScan())).ToList();
        return new SourceTable
        {
            File = File, Name = new TableRef("f", words[0]), Rowid = "rowid", IsStrict = false, RowidColumn = null, Sql = "", Rows = 0, Bytes = 0, LastNumber = null, Columns = columns, Indexes = [],
            ForeignKeys = [.. words[1..].SelectMany(w => w.Split('>')[1..].Select(to => new SourceForeignKey([w.Split('>')[0]], to.Split('.')[0], [to.Split('.')[1]], "NO ACTION", "NO ACTION")))],
        };
    }
}
