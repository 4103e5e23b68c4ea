using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Model;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>What readers find in <c>config/</c> is what a run generates.</summary>
public sealed class ConnectorTemplateTests
{
    private const string Password = "${file:/secrets/source.properties:password}";

    [Theory]
    [InlineData("postgres", ConnectorKind.PostgreSql)]
    [InlineData("mysql", ConnectorKind.MySql)]
    [InlineData("mariadb", ConnectorKind.MariaDb)]
    internal async Task Template_is_what_is_generated(string name, ConnectorKind kind)
    {
        var options = kind == ConnectorKind.PostgreSql ? ConnectBench.PostgreSqlOptions() : ConnectBench.BinlogOptions(kind);
        var config = ConnectorSettings.Of(options with
        {
            Source = new ConnectorSource("SOURCE_HOST", kind == ConnectorKind.PostgreSql ? 5432 : 3306, "SOURCE_DATABASE", "SOURCE_USER", Password),
            Tables = [new TableRef("SCHEMA", "TABLE"), new TableRef("SCHEMA", "OTHER_TABLE")],
            BootstrapServers = "KAFKA_BOOTSTRAP_SERVERS",
        });
        var expected = config.ToString().Replace("0123456789abcdef", "RUN_ID", StringComparison.Ordinal);
        var path = Path.Combine(RepositoryRoot.Path, "config", $"debezium-{name}-connector.json");
        Assert.Equal(expected, (await File.ReadAllTextAsync(path)).TrimEnd());
    }
}
