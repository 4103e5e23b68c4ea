using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>What a run is told of its connector, when it is restarted, and when that ends.</summary>
public sealed class ConnectorWatchTests : IDisposable
{
    private const string Trace = """
        org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.
        	at io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:72)
        Caused by: org.postgresql.util.PSQLException: ERROR: replication slot "orchestrator_0123456789abcdef" does not exist
        	at org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2733)
        """;

    private static readonly string Name = ConnectBench.Names.Connector;
    private readonly ConnectBench _bench = new(options: new ConnectOptions { Retries = 0 });
    private readonly FakeConnector _connector = new([], "RUNNING");
    private readonly ConnectorWatch _watch;

    public ConnectorWatchTests()
    {
        _bench.Fake.Connectors[Name] = _connector;
        _watch = new ConnectorWatch(_bench.Client, Name, [ConnectBench.Password], new WatchOptions { Restarts = 3 }, _bench.Time);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Running_connector_runs() => Assert.Equal(ConnectorHealth.Running, (await _watch.LookAsync(default)).Health);

    [Theory]
    [InlineData("PAUSED", "paused")]
    [InlineData("STOPPED", "stopped")]
    public async Task Connector_somebody_halted_is_said_to_be_and_left_so(string state, string word)
    {
        _connector.State = state;
        for (var i = 0; i < 3; i++)
        {
            var verdict = await _watch.LookAsync(default);
            Assert.Equal(ConnectorHealth.Paused, verdict.Health);
            Assert.Contains($"was {word} by somebody", verdict.Text, StringComparison.Ordinal);
            _bench.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(state, _connector.State);
    }

    [Fact]
    public async Task Connector_without_worker_is_waited_for_and_given_up_in_the_end()
    {
        _connector.State = _connector.TaskState = "UNASSIGNED";
        var verdict = await _watch.LookAsync(default);
        Assert.Equal(ConnectorHealth.Unassigned, verdict.Health);
        Assert.Contains("its tasks: 0 UNASSIGNED", verdict.Text, StringComparison.Ordinal);
        _bench.Time.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(verdict.Since, (await _watch.LookAsync(default)).Since);
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(("E-DBZ-047", ErrorKind.Transient), await ErrorAsync());
    }

    [Fact]
    public async Task Missing_connector_is_an_error_after_a_minute()
    {
        _bench.Fake.Connectors.Clear();
        Assert.Equal(ConnectorHealth.Missing, (await _watch.LookAsync(default)).Health);
        _bench.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(("E-DBZ-045", ErrorKind.Data), await ErrorAsync());
    }

    [Fact]
    public async Task Failed_task_is_named_with_worker_and_cause_and_restarted_after_a_pause()
    {
        _connector.Fail(Trace);
        var verdict = await _watch.LookAsync(default);
        Assert.Equal(ConnectorHealth.Failed, verdict.Health);
        Assert.StartsWith($"Task 0 of connector {Name} failed on worker 10.0.0.7:8083: org.apache.kafka.connect.errors.ConnectException: An exception occurred", verdict.Text, StringComparison.Ordinal);
        Assert.Contains("does not exist", verdict.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("QueryExecutorImpl", verdict.Text, StringComparison.Ordinal);
        Assert.Equal(0, _connector.Restarts);

        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("Restart 1 of 3.", (await _watch.LookAsync(default)).Text, StringComparison.Ordinal);
        Assert.Equal(ConnectorHealth.Running, (await _watch.LookAsync(default)).Health);
    }

    [Fact]
    public async Task Task_that_fails_again_and_again_is_restarted_at_growing_distances_then_given_up()
    {
        _connector.Fail(Trace, again: 100);
        var start = _bench.Time.GetUtcNow();
        var restarts = new List<double>();
        OrchestratorException? end = null;
        for (var second = 0; second < 300 && end is null; second++)
        {
            var before = _connector.Restarts;
            end = await Record.ExceptionAsync(() => _watch.LookAsync(default)) as OrchestratorException;
            if (_connector.Restarts > before) restarts.Add((_bench.Time.GetUtcNow() - start).TotalSeconds);
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([5, 15, 35], restarts);
        Assert.Equal(("E-DBZ-044", ErrorKind.Data), (end!.Code, end.Kind));
        Assert.Contains($"Task 0 of connector {Name}", end.Message, StringComparison.Ordinal);
        Assert.EndsWith("It was restarted 3 times in vain.", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restarts_come_back_after_a_long_sound_time()
    {
        for (var failure = 0; failure < 5; failure++)
        {
            _connector.Fail(Trace);
            await _watch.LookAsync(default);
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            await _watch.LookAsync(default);
            Assert.Equal(ConnectorHealth.Running, (await _watch.LookAsync(default)).Health);
            _bench.Time.Advance(TimeSpan.FromMinutes(10));
            await _watch.LookAsync(default);
        }

        Assert.Equal(5, _connector.Restarts);
    }

    [Fact]
    public async Task Restart_that_Connect_puts_off_does_not_count()
    {
        _connector.Fail(Trace);
        await _watch.LookAsync(default);
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        _bench.Fake.RefuseVerb = "POST";
        Assert.Contains("could not be restarted yet", (await _watch.LookAsync(default)).Text, StringComparison.Ordinal);
        _bench.Fake.RefuseVerb = null;
        Assert.Contains("Restart 1 of 3.", (await _watch.LookAsync(default)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S2_secret_in_a_trace_is_hidden()
    {
        _connector.Fail($"java.sql.SQLException: login of mover with {ConnectBench.Password} failed, url jdbc:mysql://mover:other-pw@db1/");
        var text = (await _watch.LookAsync(default)).Text;
        Assert.DoesNotContain(ConnectBench.Password, text, StringComparison.Ordinal);
        Assert.DoesNotContain("other-pw", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X11_Connect_down_is_shown_survived_and_given_up_after_the_grace()
    {
        Assert.Equal(ConnectorHealth.Running, (await _watch.LookAsync(default)).Health);
        _bench.Fake.LostAnswers = int.MaxValue;
        var verdict = await _watch.LookAsync(default);
        Assert.Equal(ConnectorHealth.Unreachable, verdict.Health);
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(ConnectorHealth.Unreachable, (await _watch.LookAsync(default)).Health);

        _bench.Fake.LostAnswers = 0;
        Assert.Equal(ConnectorHealth.Running, (await _watch.LookAsync(default)).Health);

        _bench.Fake.LostAnswers = int.MaxValue;
        Assert.Equal(ConnectorHealth.Unreachable, (await _watch.LookAsync(default)).Health);
        _bench.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(("E-DBZ-046", ErrorKind.Transient), await ErrorAsync());
    }

    [Fact]
    public async Task Connect_that_does_not_let_us_look_is_no_outage()
    {
        _bench.Fake.Login = "a:b";
        Assert.Equal(("E-DBZ-033", ErrorKind.Configuration), await ErrorAsync());
    }

    private async Task<(string Code, ErrorKind Kind)> ErrorAsync()
    {
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => _watch.LookAsync(default));
        return (e.Code, e.Kind);
    }
}
