using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Engines.MySql.Binlog;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

public sealed class GtidSetTests
{
    private static readonly string[] Sources = ["3e11fa47-71ca-11e1-9e33-c80aa9429562", "4350f323-7565-4e59-8763-4b1b83a0ce0e"];
    private static readonly string[] Tags = ["", "backup", "_t1"];

    /// <summary>The examples of https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html.</summary>
    [Theory]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:23", "3e11fa47-71ca-11e1-9e33-c80aa9429562:23")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-3:11:47-49", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:11:47-49")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:Domain_1:1-3:15-21", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:domain_1:1-3:15-21")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:Domain_1:1-3:15-21, 3E11FA47-71CA-11E1-9E33-C80AA9429562:Domain_2:8-52", "3e11fa47-71ca-11e1-9e33-c80aa9429562:domain_1:1-3:15-21:domain_2:8-52")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:5-3", "")]
    [InlineData("2174B383-5441-11E8-B90A-C80AA9429562:1-3:4:5-7,24DA167-0C0C-11E8-8442-00059A3C7B00:1", null)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:0", null)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2-3", null)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:9223372036854775807", null)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:1tag:5", null)]
    [InlineData("0-1-5", null)]
    [InlineData("", "")]
    public void Documented_set_is_read_and_printed(string text, string? printed)
    {
        if (printed is null) Assert.Throws<FormatException>(() => GtidSet.Parse(text));
        else Assert.Equal(printed, GtidSet.Parse(text).ToString());
    }

    [Fact]
    public void C15_set_holds_what_was_added_and_nothing_else() => Prop.ForAll<(byte, byte, byte)[], (byte, byte, byte)[]>((one, other) =>
    {
        var (mine, others) = (Model(one), Model(other));
        var (a, b) = (SetOf(mine), SetOf(others));
        Assert.Equal(a.ToString(), GtidSet.Parse(a.ToString()).ToString());
        Assert.Equal(others.IsSubsetOf(mine), a.Contains(b));
        Assert.Equal(mine.IsSubsetOf(others), GtidSet.Parse(b.ToString()).Contains(GtidSet.Parse(a.ToString())));
        Assert.Equal(mine.SetEquals(others), a.ToString() == b.ToString());
        Assert.Equal(SetOf(mine.Reverse()).ToString(), a.ToString());
    }).QuickCheckThrowOnFailure();

    private static SortedSet<(string Source, string Tag, long Number)> Model((byte, byte, byte)[] members) =>
        [.. members.Select(m => (Sources[m.Item1 % 2], Tags[m.Item2 % 3], 1L + (m.Item3 % 20)))];

    private static GtidSet SetOf(IEnumerable<(string Source, string Tag, long Number)> members)
    {
        var set = new GtidSet();
        foreach (var (source, tag, number) in members) set.Add(Guid.Parse(source), tag, number);
        return set;
    }
}
