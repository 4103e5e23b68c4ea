using System.Text.Json.Nodes;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>Each verb against a server that behaves as Kafka's documentation says.</summary>
public sealed class ConnectClientTests
{
    private static readonly string Name = ConnectBench.Names.Connector;

    [Fact]
    public async Task Server_says_its_version()
    {
        using var bench = new ConnectBench();
        Assert.Equal(new ConnectServer("4.0.0", "q1Sh-9_ISia_zwGINzRvyQ"), await bench.Client.ServerAsync(default));
    }

    [Fact]
    public async Task Plugins_are_listed_with_their_versions()
    {
        using var bench = new ConnectBench();
        bench.Fake.Plugins.Clear();
        bench.Fake.Plugins.Add("org.example.Source");
        Assert.Equal([new ConnectorPlugin("org.example.Source", "3.6.0.Final")], await bench.Client.PluginsAsync(default));
    }

    [Fact]
    public async Task Connector_put_twice_is_one_connector_with_the_second_settings()
    {
        using var bench = new ConnectBench();
        await bench.Client.PutAsync(ConnectBench.PostgreSql("first"), default);
        await bench.Client.PutAsync(ConnectBench.PostgreSql("second"), default);
        var connector = Assert.Single(bench.Fake.Connectors);
        Assert.Equal(Name, connector.Key);
        Assert.Equal("second", (string?)connector.Value.Config["database.password"]);
        Assert.Equal("pgoutput", (string?)connector.Value.Config["plugin.name"]);
    }

    [Fact]
    public async Task Validation_gives_every_field_that_is_wrong_and_no_other()
    {
        using var bench = new ConnectBench();
        bench.Fake.Faults["database.hostname"] = ["Error while validating connector config: FATAL: password authentication failed"];
        bench.Fake.Faults["slot.name"] = ["Invalid value", "too long."];
        var problems = await bench.Client.ValidateAsync(ConnectBench.PostgreSql(), default);
        Assert.Equal(["database.hostname", "slot.name"], problems.Select(p => p.Field).Order());
        Assert.Equal(["Invalid value", "too long"], problems.Single(p => p.Field == "slot.name").Messages);
        Assert.Equal(["PUT /connector-plugins/io.debezium.connector.postgresql.PostgresConnector/config/validate"], bench.Fake.Calls);
    }

    [Fact]
    public async Task Status_has_the_connector_and_its_tasks_with_traces()
    {
        using var bench = new ConnectBench();
        bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        bench.Fake.Connectors[Name].Fail("java.lang.Exception: slot is gone\n\tat X");
        var status = await bench.Client.StatusAsync(Name, default);
        Assert.Equal(ConnectorState.Running, status!.State);
        Assert.Equal([new ConnectorTask(0, ConnectorState.Failed, "10.0.0.7:8083", "java.lang.Exception: slot is gone\n\tat X")], status.Tasks);
        Assert.False(status.Runs);
    }

    [Fact]
    public async Task Status_of_a_connector_that_is_not_there_is_none()
    {
        using var bench = new ConnectBench();
        Assert.Null(await bench.Client.StatusAsync(Name, default));
    }

    [Fact]
    public async Task State_that_is_new_to_us_is_unknown_and_no_error()
    {
        using var bench = new ConnectBench();
        bench.Fake.Connectors[Name] = new FakeConnector([], "DREAMING");
        Assert.Equal(ConnectorState.Unknown, (await bench.Client.StatusAsync(Name, default))!.State);
    }

    [Fact]
    public async Task Pause_resume_and_stop_change_the_state()
    {
        using var bench = new ConnectBench();
        var connector = bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        await bench.Client.PauseAsync(Name, default);
        Assert.Equal("PAUSED", connector.State);
        await bench.Client.ResumeAsync(Name, default);
        Assert.Equal("RUNNING", connector.State);
        await bench.Client.StopAsync(Name, default);
        Assert.Equal("STOPPED", connector.State);
    }

    [Fact]
    public async Task Restart_asks_for_failed_tasks_only()
    {
        using var bench = new ConnectBench();
        var connector = bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        connector.Fail("x");
        await bench.Client.RestartFailedAsync(Name, default);
        Assert.Equal("RUNNING", connector.TaskState);
        Assert.Equal($"POST /connectors/{Name}/restart?includeTasks=true&onlyFailed=true", bench.Fake.Calls.Single());
    }

    [Fact]
    public async Task Delete_says_whether_there_was_one()
    {
        using var bench = new ConnectBench();
        bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        Assert.True(await bench.Client.DeleteAsync(Name, default));
        Assert.Empty(bench.Fake.Connectors);
        Assert.False(await bench.Client.DeleteAsync(Name, default));
    }

    [Fact]
    public async Task Offsets_are_refused_while_it_runs_and_set_read_and_forgotten_once_stopped()
    {
        using var bench = new ConnectBench();
        bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        const string Body = """{"offsets":[{"partition":{"server":"p"},"offset":{"lsn":7}}]}""";
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.SeedOffsetsAsync(Name, Body, default));
        Assert.Equal(("E-DBZ-037", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains("status 400 (Connectors must be in the STOPPED state", e.Message, StringComparison.Ordinal);

        await bench.Client.StopAsync(Name, default);
        await bench.Client.SeedOffsetsAsync(Name, Body, default);
        Assert.Equal([new ConnectorOffset("""{"server":"p"}""", """{"lsn":7}""")], await bench.Client.OffsetsAsync(Name, default));
        await bench.Client.ResetOffsetsAsync(Name, default);
        Assert.Empty(await bench.Client.OffsetsAsync(Name, default));
    }

    [Fact]
    public async Task Connector_created_stopped_has_no_task()
    {
        using var bench = new ConnectBench();
        Assert.True(await bench.Client.CreateStoppedAsync(ConnectBench.PostgreSql(), default));
        Assert.Equal("STOPPED", bench.Fake.Connectors[Name].State);
        Assert.False(await bench.Client.CreateStoppedAsync(ConnectBench.PostgreSql("other"), default));
        Assert.Equal(ConnectBench.Password, (string?)bench.Fake.Connectors[Name].Config["database.password"]);
    }

    [Fact]
    public async Task Connector_whose_creation_was_done_but_not_answered_counts_as_created()
    {
        using var bench = new ConnectBench();
        bench.Fake.LostAnswers = 1;
        bench.Fake.LostAnswersTo = "POST";
        Assert.True(await bench.Client.CreateStoppedAsync(ConnectBench.PostgreSql(), default));
        Assert.Equal(["STOPPED"], bench.Fake.Connectors.Values.Select(c => c.State));
    }

    [Fact]
    public async Task Waiting_ends_when_the_tasks_are_gone_or_the_time_is_up()
    {
        using var bench = new ConnectBench(options: new ConnectOptions { StateTimeout = TimeSpan.FromSeconds(3) });
        var connector = bench.Fake.Connectors[Name] = new FakeConnector([], "STOPPED") { KeepsTask = true };
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.WaitForAsync(Name, ConnectorState.Stopped, default));
        Assert.Equal(("E-DBZ-043", ErrorKind.Transient), (e.Code, e.Kind));
        Assert.Equal(3, bench.Time.Pauses.Sum(p => p.TotalSeconds));
        connector.KeepsTask = false;
        await bench.Client.WaitForAsync(Name, ConnectorState.Stopped, default);
    }

    [Fact]
    public async Task Body_sent_is_the_settings_as_text_values()
    {
        using var bench = new ConnectBench();
        await bench.Client.PutAsync(ConnectBench.PostgreSql(), default);
        var body = JsonNode.Parse(Assert.Single(bench.Fake.Seen).Body)!.AsObject();
        Assert.All(body, s => Assert.Equal(System.Text.Json.JsonValueKind.String, s.Value!.GetValueKind()));
        Assert.Equal("1", (string?)body["tasks.max"]);
    }
}
