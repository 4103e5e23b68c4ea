namespace Orchestrator.Cli.Tests.Options;

public sealed class DebeziumOptionsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public DebeziumOptionsTests() => _cli.Environment["TARGET_DB_URL"] = "postgresql://a:envpw@db2/shop";

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("mysql://a:b@db/shop", "connect-sees:9092", "connect-sees:9092")]
    [InlineData("mariadb://a:b@db/shop", null, null)]
    public async Task Sources_with_a_binary_log_are_taken_with_the_brokers_as_the_workers_see_them(string source, string? given, string? expected)
    {
        _cli.Environment["SOURCE_DB_URL"] = source;
        Assert.Equal(0, await _cli.RunAsync(["migrate", .. Needed, .. given is null ? Array.Empty<string>() : ["--connector-kafka", given]]));
        Assert.Equal(("kafka:9092", expected), (_cli.Engine.Given!.Debezium!.BootstrapServers, _cli.Engine.Given.Debezium.ConnectorBootstrapServers));
    }

    [Theory]
    [InlineData("sqlite:///srv/shop.db", "kafka:9092", "is not for SQLite files")]
    [InlineData("postgresql://a:b@db/shop", "kafka:9092", "is only for MySQL and MariaDB sources")]
    [InlineData("mysql://a:b@db/shop", "kafka", "must be host:port, separated by commas")]
    public async Task What_does_not_fit_the_source_is_refused_by_name(string source, string brokers, string rule)
    {
        _cli.Environment["SOURCE_DB_URL"] = source;
        Assert.NotEqual(0, await _cli.RunAsync(["migrate", .. Needed, "--connector-kafka", brokers]));
        Assert.Contains(rule, _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private static string[] Needed => ["--change-source", "debezium", "--kafka-bootstrap-servers", "kafka:9092", "--debezium-connect-url", "http://connect:8083"];
}
