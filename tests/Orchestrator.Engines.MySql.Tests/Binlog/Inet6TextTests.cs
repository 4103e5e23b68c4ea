using Orchestrator.Engines.MySql.Binlog;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

/// <summary>The texts are those that MariaDB 10.11 printed for these addresses.</summary>
public sealed class Inet6TextTests
{
    [Theory]
    [InlineData("00000000000000000000000001020304", "::1.2.3.4")]
    [InlineData("00010000000000020000000000000003", "1:0:0:2::3")]
    [InlineData("00000000000000000000FFFF01020304", "::ffff:1.2.3.4")]
    [InlineData("00000000000000000000000000000000", "::")]
    [InlineData("00000000000000000000000000000001", "::1")]
    [InlineData("00010000000000000000000000000000", "1::")]
    [InlineData("00010002000300040005000600070008", "1:2:3:4:5:6:7:8")]
    [InlineData("00000000000100020003000400050006", "::1:2:3:4:5:6")]
    [InlineData("00010000000200000003000000040000", "1::2:0:3:0:4:0")]
    [InlineData("00000000000000000000000000010000", "::0.1.0.0")]
    [InlineData("0064FF9B000000000000000001020304", "64:ff9b::102:304")]
    [InlineData("0000000000000000FFFF000001020304", "::ffff:0:102:304")]
    public void Address_is_written_as_the_server_does(string hex, string text) => Assert.Equal(text, Inet6Text.Of(Convert.FromHexString(hex)));
}
