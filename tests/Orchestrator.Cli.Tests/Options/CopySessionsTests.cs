using Orchestrator.Cli.Options;

namespace Orchestrator.Cli.Tests.Options;

public sealed class CopySessionsTests
{
    [Theory]
    [InlineData("postgresql://a@127.0.0.1/x", "postgresql://a@localhost/y", 2, 1)]
    [InlineData("postgresql://a@127.0.0.1/x", "postgresql://a@localhost/y", 1, 1)]
    [InlineData("postgresql://a@[::1]/x", "postgresql:///y?host=/run/postgresql&user=a", 9, 4)]
    [InlineData("mysql://a:b@127.0.0.1/x", "postgresql://a@127.0.0.1/y", 64, 8)]
    [InlineData("sqlite:///tmp/a.db", "postgresql://a@127.0.0.1/y", 2, 2)]
    [InlineData("postgresql://a@db1/x", "postgresql://a@127.0.0.1/y", 1, 2)]
    [InlineData("sqlite:///tmp/a.db", "postgresql://a@db1/y", 4, 4)]
    [InlineData("mariadb://a:b@db2/x", "postgresql://a@db1/y", 64, 8)]
    public void Auto_leaves_room_for_servers_on_this_machine(string source, string target, int processors, int sessions) =>
        Assert.Equal(sessions, CopySessions.Auto(source, target, processors));
}
