using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

public sealed class ConnectorNamesTests
{
    private static readonly Guid Other = new("fedcba98-7654-3210-fedc-ba9876543210");

    [Fact]
    public void Names_carry_the_runs_id()
    {
        var names = ConnectBench.Names;
        Assert.Equal("orchestrator-0123456789abcdef", names.Connector);
        Assert.All(
            [names.TopicPrefix, names.ConsumerGroup, names.TransactionTopic, names.MessageTopic, names.HeartbeatTopic, names.SchemaHistoryTopic],
            n => Assert.Contains("orchestrator-0123456789abcdef", n, StringComparison.Ordinal));
    }

    [Fact]
    public void Prefix_of_the_user_comes_first() =>
        Assert.Equal("team.shop-orchestrator-0123456789abcdef", ConnectorNames.Of(ConnectBench.Run, "team.shop").Connector);

    [Theory]
    [InlineData("a b")]
    [InlineData("ü")]
    [InlineData("x-")]
    [InlineData("a/b")]
    public void Prefix_that_no_topic_may_have_is_refused(string prefix) =>
        Assert.Equal("E-DBZ-041", Assert.Throws<OrchestratorException>(() => ConnectorNames.Of(ConnectBench.Run, prefix)).Code);

    [Fact]
    public void Another_runs_things_are_not_ours()
    {
        var (ours, theirs) = (ConnectBench.Names, ConnectorNames.Of(Other));
        Assert.True(ours.IsOurs(ours.Connector));
        Assert.False(ours.IsOurs(theirs.Connector));
        Assert.False(ours.IsOurs(ours.Connector + "x"));
        Assert.All([theirs.TransactionTopic, theirs.TopicPrefix, theirs.SchemaHistoryTopic, theirs.HeartbeatTopic], t => Assert.False(ours.IsOurTopic(t)));
        Assert.False(ours.IsOurTopic(ours.TopicPrefix + "0.shop.orders"));
    }

    [Fact]
    public void Topics_of_the_run_are_ours()
    {
        var names = ConnectBench.Names;
        Assert.All(
            [names.TransactionTopic, names.MessageTopic, names.HeartbeatTopic, names.SchemaHistoryTopic, names.TopicPrefix, names.TopicPrefix + ".shop.orders"],
            t => Assert.True(names.IsOurTopic(t)));
    }

    [Theory]
    [InlineData("orchestrator-0123456789abcdef", true)]
    [InlineData("team-orchestrator-0123456789abcdef", true)]
    [InlineData("orchestrator-0123456789abcde", false)]
    [InlineData("orchestrator-shop", false)]
    [InlineData("myorchestrator-0123456789abcdef", false)]
    public void Connector_of_any_run_is_known_by_its_form(string name, bool expected) => Assert.Equal(expected, ConnectorNames.IsAnyRuns(name));
}
