using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

public sealed class KafkaOptionsTests
{
    [Theory]
    [InlineData("isolation.level")]
    [InlineData("enable.auto.commit")]
    [InlineData("auto.offset.reset")]
    [InlineData("sasl.kerberos.kinit.cmd")]
    [InlineData("plugin.library.paths")]
    [InlineData("bootstrap.servers")]
    [InlineData("SASL.PASSWORD")]
    public void Property_that_is_not_on_the_list_is_refused_by_name(string property)
    {
        var error = Assert.Throws<OrchestratorException>(() => With((property, "secret-value")).Checked());

        Assert.Equal(("E-DBZ-060", ErrorKind.Configuration), (error.Code, error.Kind));
        Assert.Contains(property, error.Message);
        Assert.DoesNotContain("secret-value", error.Message);
    }

    [Fact]
    public void All_faults_are_told_together()
    {
        var error = Assert.Throws<OrchestratorException>(() => new KafkaOptions { BootstrapServers = " ", GroupId = "", QueueKibibytes = 1 }.Checked());

        Assert.Contains("bootstrap", error.Message);
        Assert.Contains("group", error.Message);
        Assert.Contains("1 KiB", error.Message);
    }

    [Fact]
    public void Secrets_are_shown_nowhere()
    {
        var options = With(("sasl.password", "hunter2!"), ("sasl.username", "app"), ("ssl.key.pem", "-----BEGIN"));

        Assert.DoesNotContain("hunter2!", options.ToString());
        Assert.DoesNotContain("BEGIN", options.ToString());
        Assert.Contains("sasl.username=app", options.ToString());
        Assert.Equal("refused *** for app", options.Masked("refused hunter2! for app"));
    }

    [Fact]
    public void Value_the_library_does_not_take_is_a_configuration_error()
    {
        var error = Assert.Throws<OrchestratorException>(() => new KafkaTopics(With(("security.protocol", "magic"))));

        Assert.Equal("E-DBZ-060", error.Code);
        Assert.Contains("security.protocol", error.Message);
    }

    [Fact]
    [Trait("Needs", "Kafka")]
    public void Broker_that_does_not_take_the_login_is_a_configuration_error()
    {
        using var broker = new MockBroker();
        var options = FeedReading.Options(broker.BootstrapServers) with
        {
            Properties = new Dictionary<string, string>
            {
                ["security.protocol"] = "sasl_plaintext", ["sasl.mechanism"] = "PLAIN", ["sasl.username"] = "app", ["sasl.password"] = "hunter2!",
            },
        };
        using var topics = new KafkaTopics(options);
        using var feed = FeedReading.Feed(topics, options, ["a"]);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-061", ErrorKind.Configuration), (error.Code, error.Kind));
        Assert.DoesNotContain("hunter2!", error.ToString());
    }

    private static KafkaOptions With(params (string Name, string Value)[] properties) => new()
    {
        BootstrapServers = "127.0.0.1:1", GroupId = "g", Properties = properties.ToDictionary(p => p.Name, p => p.Value),
    };
}
