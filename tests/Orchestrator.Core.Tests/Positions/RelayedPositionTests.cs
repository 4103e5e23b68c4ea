using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Tests.Positions;

public sealed class RelayedPositionTests
{
    [Theory]
    [InlineData(":shop.orders@0=12,shop.transaction@0=40~7|0/16B3748")]
    [InlineData(":shop.orders@11=9223372036854775807|mysql-bin.000007:4711;0-1-5")]
    [InlineData(":Weird%20N%C3%A4me%2C%40%3D%7E%7C@0=0|binlog.000001:4")]
    [InlineData(":|0/0")]
    [InlineData(":a@0=1|none")]
    public void Text_is_read_back(string text)
    {
        var position = Assert.IsType<RelayedPosition>(SourcePosition.Parse(text));

        Assert.Equal(text, position.ToString());
        Assert.Equal(position, SourcePosition.Parse(position.ToString()));
    }

    [Fact]
    public void Text_says_what_was_put_in()
    {
        var position = new RelayedPosition(
            new LsnPosition(new Lsn(0x16B3748)), new Dictionary<(string, int), long> { [("t", 10)] = 3, [("t", 2)] = 8, [("b~,", 0)] = 1 }, 5);

        Assert.Equal(":b%7E%2C@0=1,t@2=8,t@10=3~5|0/16B3748", position.ToString());
        Assert.Equal(8, ((RelayedPosition)SourcePosition.Parse(position.ToString())).Offsets[("t", 2)]);
    }

    [Theory]
    [InlineData(":shop.orders@0=12")]
    [InlineData(":shop.orders=12|0/1")]
    [InlineData(":shop.orders@0=-1|0/1")]
    [InlineData(":@0=1|0/1")]
    [InlineData(":a@0=1~x|0/1")]
    [InlineData(":a@0=1|:b@0=1|0/1")]
    public void Text_of_another_form_is_refused(string text) => Assert.Throws<FormatException>(() => SourcePosition.Parse(text));

    [Theory]
    [InlineData("0/16B3748", typeof(LsnPosition))]
    [InlineData("none", typeof(NoPosition))]
    [InlineData("a|b@c=1.000001:4;0-1-2", typeof(BinlogPosition))]
    public void Plain_positions_are_read_as_before(string text, Type type)
    {
        var position = SourcePosition.Parse(text);

        Assert.IsType(type, position);
        Assert.Equal(text, position.ToString());
    }

    [Theory]
    [InlineData("0/10", "0/20")]
    [InlineData("binlog.000009:700", "binlog.000010:4")]
    public void Order_is_that_of_the_source(string lower, string higher)
    {
        var (low, high) = (SourcePosition.Parse(lower), SourcePosition.Parse(higher));
        var (relayedLow, relayedHigh) = (Relayed(low, 99), Relayed(high, 1));

        Assert.True(relayedLow < high && low < relayedHigh && relayedLow < relayedHigh);
        Assert.True(high > relayedLow && relayedHigh > low);
        Assert.True(relayedLow >= low && low >= relayedLow && relayedLow <= low);
    }

    [Fact]
    public void Positions_of_other_sources_are_not_compared() =>
        Assert.Throws<ArgumentException>(() => Relayed(SourcePosition.Parse("0/10"), 1) < SourcePosition.Parse("binlog.000001:4"));

    [Fact]
    public void Positions_are_equal_if_reading_goes_on_alike()
    {
        var at = SourcePosition.Parse("0/10");

        Assert.Equal(Relayed(at, 1), Relayed(at, 1));
        Assert.NotEqual(Relayed(at, 1), Relayed(at, 2));
        Assert.NotEqual(Relayed(at, 1), Relayed(SourcePosition.Parse("0/11"), 1));
        Assert.NotEqual(Relayed(at, 1), Relayed(at, 1) with { RecentFrom = 0 });
        Assert.NotEqual<SourcePosition>(at, Relayed(at, 1));
    }

    private static RelayedPosition Relayed(SourcePosition source, long offset) => new(source, new Dictionary<(string, int), long> { [("t", 0)] = offset });
}
