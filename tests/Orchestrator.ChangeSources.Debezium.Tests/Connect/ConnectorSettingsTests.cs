using System.Text.Json.Nodes;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>Settings that a connector's defaults would get wrong for us, and the secrets among them.</summary>
public sealed class ConnectorSettingsTests
{
    [Theory]
    [InlineData("plugin.name", "pgoutput")]
    [InlineData("slot.name", "orchestrator_0123456789abcdef")]
    [InlineData("publication.name", "orchestrator_0123456789abcdef")]
    [InlineData("publication.autocreate.mode", "disabled")]
    [InlineData("slot.drop.on.stop", "false")]
    [InlineData("snapshot.mode", "no_data")]
    [InlineData("provide.transaction.metadata", "true")]
    [InlineData("heartbeat.interval.ms", "5000")]
    [InlineData("skipped.operations", "none")]
    [InlineData("decimal.handling.mode", "string")]
    [InlineData("time.precision.mode", "adaptive")]
    [InlineData("binary.handling.mode", "base64")]
    [InlineData("interval.handling.mode", "string")]
    [InlineData("hstore.handling.mode", "json")]
    [InlineData("include.unknown.datatypes", "true")]
    [InlineData("unavailable.value.placeholder", "__orchestrator-0123456789abcdef_unavailable_value")]
    [InlineData("offset.mismatch.strategy", "trust_offset")]
    [InlineData("lsn.flush.mode", "connector")]
    [InlineData("message.prefix.include.list", "orchestrator")]
    [InlineData("errors.tolerance", "none")]
    [InlineData("key.converter.schemas.enable", "false")]
    [InlineData("value.converter", "org.apache.kafka.connect.json.JsonConverter")]
    [InlineData("topic.prefix", "orchestrator-0123456789abcdef")]
    [InlineData("topic.creation.default.cleanup.policy", "delete")]
    [InlineData("topic.creation.default.retention.ms", "-1")]
    [InlineData("producer.override.acks", "all")]
    [InlineData("producer.override.enable.idempotence", "true")]
    public void PostgreSql_has(string key, string value) => Assert.Equal(value, ConnectBench.PostgreSql()[key]);

    [Theory]
    [InlineData(ConnectorKind.MySql, "io.debezium.connector.mysql.MySqlConnector")]
    [InlineData(ConnectorKind.MariaDb, "io.debezium.connector.mariadb.MariaDbConnector")]
    internal void Binlog_connectors_have_their_own(ConnectorKind kind, string type)
    {
        var config = ConnectorSettings.Of(ConnectBench.BinlogOptions(kind));
        Assert.Equal(type, config.ConnectorClass);
        Assert.Equal("77001", config["database.server.id"]);
        Assert.Equal("shop,crm", config["database.include.list"]);
        Assert.Equal(@"shop\.orders,shop\.customers,crm\.people", config["table.include.list"]);
        Assert.Equal("recovery", config["snapshot.mode"]);
        Assert.Equal("none", config["snapshot.locking.mode"]);
        Assert.Equal("adaptive_time_microseconds", config["time.precision.mode"]);
        Assert.Equal("precise", config["bigint.unsigned.handling.mode"]);
        Assert.Equal("false", config["include.query"]);
        Assert.Equal("true", config["include.schema.changes"]);
        Assert.Equal("orchestrator-0123456789abcdef-schema-history", config["schema.history.internal.kafka.topic"]);
        Assert.DoesNotContain(config.Settings, s => s.Key.StartsWith("slot.", StringComparison.Ordinal) || s.Key == "heartbeat.action.query");
    }

    [Fact]
    public void Connector_that_copies_the_rows_itself_takes_its_own_snapshot()
    {
        Assert.Equal("initial", ConnectorSettings.Of(ConnectBench.PostgreSqlOptions() with { ConnectorCopiesRows = true })["snapshot.mode"]);
        Assert.Equal("initial", ConnectorSettings.Of(ConnectBench.BinlogOptions(ConnectorKind.MySql) with { ConnectorCopiesRows = true })["snapshot.mode"]);
    }

    [Fact]
    public void Transactions_stay_in_one_partition_when_the_data_has_several()
    {
        Assert.DoesNotContain(ConnectBench.PostgreSql().Settings, s => s.Key == "topic.creation.groups");
        var config = ConnectorSettings.Of(ConnectBench.PostgreSqlOptions() with { Partitions = 6 });
        Assert.Equal("6", config["topic.creation.default.partitions"]);
        Assert.Equal("single", config["topic.creation.groups"]);
        Assert.Equal("1", config["topic.creation.single.partitions"]);
        Assert.StartsWith(@"orchestrator-0123456789abcdef\.transaction,", config["topic.creation.single.include"], StringComparison.Ordinal);
    }

    [Fact]
    public void Producer_is_left_alone_where_the_workers_forbid_overriding_it()
    {
        var config = ConnectorSettings.Of(ConnectBench.PostgreSqlOptions() with { OverrideProducer = false });
        Assert.DoesNotContain(config.Settings, s => s.Key.StartsWith("producer.override.", StringComparison.Ordinal));
    }

    [Fact]
    public void No_setting_stands_twice()
    {
        foreach (var config in (IEnumerable<ConnectorConfig>)[ConnectBench.PostgreSql(), ConnectorSettings.Of(ConnectBench.BinlogOptions(ConnectorKind.MariaDb))])
            Assert.Equal(config.Settings.Count, config.Settings.Select(s => s.Key).Distinct().Count());
    }

    [Fact]
    public void What_is_missing_is_refused_before_Connect_is_asked()
    {
        var pg = ConnectBench.PostgreSqlOptions();
        var my = ConnectBench.BinlogOptions(ConnectorKind.MySql);
        Assert.All(
            [pg with { Tables = [] }, pg with { Slot = "" }, pg with { Publication = "" }, my with { ServerId = 0 }, my with { BootstrapServers = "" }],
            o => Assert.Equal("E-DBZ-041", Assert.Throws<OrchestratorException>(() => ConnectorSettings.Of(o)).Code));
    }

    [Fact]
    public void S2_literal_secrets_go_to_Connect_only()
    {
        var options = ConnectBench.BinlogOptions(ConnectorKind.MySql) with
        {
            KafkaClient = new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL", ["sasl.jaas.config"] = "login required username=u password=kafka-s3cret;" },
        };
        var config = ConnectorSettings.Of(options);
        Assert.Contains(ConnectBench.Password, config.SettingsJson(), StringComparison.Ordinal);
        Assert.Contains("kafka-s3cret", config.CreateStoppedJson(), StringComparison.Ordinal);
        var shown = config.ToString();
        Assert.DoesNotContain(ConnectBench.Password, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("kafka-s3cret", shown, StringComparison.Ordinal);
        Assert.Equal("SASL_SSL", config["schema.history.internal.consumer.security.protocol"]);
        Assert.Equal("***", (string?)JsonNode.Parse(shown)!["config"]!["database.password"]);
        Assert.Equal(3, config.Secrets.Count);
    }

    [Fact]
    public void Reference_to_a_config_provider_is_no_secret()
    {
        const string Reference = "${file:/secrets/source.properties:password}";
        var config = ConnectBench.PostgreSql(Reference);
        Assert.Empty(config.Secrets);
        Assert.Equal(Reference, (string?)JsonNode.Parse(config.ToString())!["config"]!["database.password"]);
        Assert.Equal(Reference, (string?)JsonNode.Parse(config.SettingsJson())!["database.password"]);
    }
}
