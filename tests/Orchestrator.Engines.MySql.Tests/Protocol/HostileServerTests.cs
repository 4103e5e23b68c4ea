using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Tests.Protocol;

/// <summary>A server that a tenant names may be anybody's.</summary>
public sealed class HostileServerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?sslmode=disable")]
    public async Task S4_server_that_asks_for_a_file_of_this_machine_does_not_get_it(string parameters)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "Zx9planted7Pw");
            await using var server = new FakeMySqlServer { AsksFor = file };

            var error = await Assert.ThrowsAsync<OrchestratorException>(() => MySqlConnectCheck.RunAsync(server.Url(parameters), default));

            Assert.DoesNotContain("Zx9planted7Pw", error.ToString(), StringComparison.Ordinal);
            Assert.NotEmpty(server.Seen);
            Assert.All(server.Given, Assert.Empty);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
