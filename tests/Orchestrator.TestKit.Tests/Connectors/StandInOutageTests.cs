namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>Kafka or the source go away under a running task.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StandInOutageTests
{
    private const string Table = "CREATE TABLE t(id int PRIMARY KEY)";

    [Fact]
    public async Task X11_Brokers_that_are_down_are_waited_for_and_nothing_is_confirmed_meanwhile()
    {
        await using var stage = await StandInStage.CreateAsync("kafka_down", Table, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1)");
        await stage.ReadAsync("p.public.t", 1);
        await ConfirmedAsync(stage);
        var before = stage.Connect.ConfirmedLsn(StandInStage.Connector);

        stage.Broker.GoDown();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (2)");
        await Task.Delay(500);
        Assert.Equal(before, stage.Connect.ConfirmedLsn(StandInStage.Connector));
        Assert.Null(stage.Connect.Failure(StandInStage.Connector));
        stage.Broker.ComeBack();

        Assert.Equal(["{\"id\":1}", "{\"id\":2}"], (await stage.ReadAsync("p.public.t", 2)).Select(r => r.Key));
    }

    [Fact]
    public async Task X11_Stop_does_not_wait_for_brokers_that_are_down()
    {
        await using var stage = await StandInStage.CreateAsync("stop_down", Table, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1)");
        await stage.ReadAsync("p.public.t", 1);
        stage.Broker.GoDown();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (2)");
        await Task.Delay(300);

        await stage.Connect.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        stage.Broker.ComeBack();
        await stage.Connect.StartAsync();

        Assert.Equal(["{\"id\":1}", "{\"id\":2}"], (await stage.ReadAsync("p.public.t", 2)).Select(r => r.Key).Distinct());
    }

    [Fact]
    public async Task C18_Stream_that_breaks_is_taken_up_again_and_the_task_keeps_running()
    {
        await using var stage = await StandInStage.CreateAsync("broken", Table, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1)");
        await stage.ReadAsync("p.public.t", 1);

        Assert.Equal("t", await stage.Source.QueryScalarAsync($"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{stage.Slot}'"));
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (2)");

        var records = await stage.ReadAsync("p.public.t", 2);
        Assert.Equal("{\"id\":2}", records[^1].Key);
        Assert.Null(stage.Connect.Failure(StandInStage.Connector));
    }

    private static async Task ConfirmedAsync(StandInStage stage)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (stage.Connect.ConfirmedLsn(StandInStage.Connector) is null) await Task.Delay(20, limit.Token);
    }
}
