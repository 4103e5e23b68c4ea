using System.Net;
using System.Net.Sockets;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>What is tried again and how, what an error says, and that it gives nothing away.</summary>
public sealed class ConnectErrorsTests
{
    private const string UrlPassword = "p4ss-of-connect";
    private static readonly string Name = ConnectBench.Names.Connector;

    [Fact]
    public async Task Rebalance_is_waited_out_with_growing_pauses()
    {
        using var bench = new ConnectBench();
        bench.Fake.Rebalance(4);
        await bench.Client.PutAsync(ConnectBench.PostgreSql(), default);
        Assert.Single(bench.Fake.Connectors);
        Assert.Equal([0.5, 1, 2, 4], bench.Time.Pauses.Select(p => p.TotalSeconds));
    }

    [Theory]
    [InlineData(409)]
    [InlineData(503)]
    public async Task Busy_for_too_long_is_a_transient_error_with_Connects_words(int status)
    {
        using var bench = new ConnectBench();
        for (var i = 0; i < 20; i++) bench.Fake.Refusals.Enqueue((status, "not now"));
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.PauseAsync(Name, default));
        Assert.Equal(("E-DBZ-032", ErrorKind.Transient), (e.Code, e.Kind));
        Assert.Contains($"in 7 tries: status {status} (not now)", e.Message, StringComparison.Ordinal);
        Assert.Equal(7, bench.Fake.Seen.Count);
        Assert.Equal(10, bench.Time.Pauses.Max().TotalSeconds);
    }

    [Theory]
    [InlineData(400, "E-DBZ-037", ErrorKind.Configuration)]
    [InlineData(403, "E-DBZ-033", ErrorKind.Configuration)]
    [InlineData(404, "E-DBZ-036", ErrorKind.Data)]
    [InlineData(500, "E-DBZ-038", ErrorKind.Transient)]
    internal async Task Other_refusals_are_not_tried_again(int status, string code, ErrorKind kind)
    {
        using var bench = new ConnectBench();
        bench.Fake.Refusals.Enqueue((status, "because"));
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.ResumeAsync(Name, default));
        Assert.Equal((code, kind), (e.Code, e.Kind));
        Assert.Contains($"status {status}", e.Message, StringComparison.Ordinal);
        Assert.Contains(Name, e.Message, StringComparison.Ordinal);
        Assert.Single(bench.Fake.Seen);
    }

    [Fact]
    public async Task Cut_connection_is_tried_again()
    {
        using var bench = new ConnectBench();
        bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING");
        bench.Fake.LostAnswers = 2;
        Assert.True((await bench.Client.StatusAsync(Name, default))!.Runs);
        Assert.Equal(3, bench.Fake.Seen.Count);
    }

    [Fact]
    public async Task Nobody_listening_is_a_transient_error_after_every_try()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var time = new SkippingTime(TimeSpan.FromSeconds(20));
        using var client = new ConnectClient(ConnectAddress.Parse($"http://mover:{UrlPassword}@127.0.0.1:{port}"), new ConnectOptions { Retries = 3 }, time);
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => client.ServerAsync(default));
        Assert.Equal(("E-DBZ-030", ErrorKind.Transient), (e.Code, e.Kind));
        Assert.Contains($"http://mover:***@127.0.0.1:{port}/", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(UrlPassword, e.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, time.Pauses.Count);
    }

    [Fact]
    public async Task Answer_that_does_not_come_ends_the_wait()
    {
        var never = new TaskCompletionSource();

        // The one timer short enough to be jumped over is the request's limit.
        using var bench = new ConnectBench(options: new ConnectOptions { RequestTimeout = TimeSpan.FromSeconds(1) }, skip: TimeSpan.FromSeconds(1));
        bench.Fake.Hold = never.Task;
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.PutAsync(ConnectBench.PostgreSql(), default));
        never.SetResult();
        Assert.Equal(("E-DBZ-031", ErrorKind.Transient), (e.Code, e.Kind));
        Assert.Contains("within 1 s", e.Message, StringComparison.Ordinal);
        Assert.Single(bench.Time.Pauses);
    }

    [Fact]
    public async Task Cancelling_is_no_error_of_Connect()
    {
        var never = new TaskCompletionSource();
        using var bench = new ConnectBench();
        bench.Fake.Hold = never.Task;
        using var stop = new CancellationTokenSource();
        var wait = bench.Client.ServerAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        never.SetResult();
    }

    [Fact]
    public async Task Page_instead_of_JSON_is_not_Connect()
    {
        using var bench = new ConnectBench();
        bench.Fake.Page = "<html>It works!</html>";
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.ServerAsync(default));
        Assert.Equal(("E-DBZ-039", ErrorKind.Configuration), (e.Code, e.Kind));
    }

    [Fact]
    public async Task User_and_password_of_the_URL_are_sent_and_not_shown()
    {
        using var bench = new ConnectBench($"mover:{UrlPassword}%40home@");
        bench.Fake.Login = $"mover:{UrlPassword}@home";
        Assert.Equal("4.0.0", (await bench.Client.ServerAsync(default)).Version);
        Assert.DoesNotContain(UrlPassword, bench.Client.Address, StringComparison.Ordinal);

        bench.Fake.Login = "somebody:else";
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.ServerAsync(default));
        Assert.Equal("E-DBZ-033", e.Code);
        Assert.DoesNotContain(UrlPassword, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S2_password_of_the_source_in_Connects_own_messages_is_hidden()
    {
        using var bench = new ConnectBench();
        bench.Fake.Faults["database.password"] = [$"Invalid value {ConnectBench.Password} for configuration database.password"];
        var config = ConnectBench.PostgreSql();
        var problem = Assert.Single(await bench.Client.ValidateAsync(config, default));
        Assert.Equal("Invalid value *** for configuration database.password", problem.Messages[0]);
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Client.PutAsync(config, default));
        Assert.Equal("E-DBZ-037", e.Code);
        Assert.Contains("Invalid value ***", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ConnectBench.Password, e.ToString() + config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kafka:8083", "does not start with http")]
    [InlineData("connect", "not a URL")]
    [InlineData("ftp://connect:8083", "does not start with http")]
    [InlineData("http://u:pa#ss-w0rd@connect:8083", "")]
    [InlineData("http://connect:8083/?x=1", "has a ? or #")]
    public void Url_that_is_none_is_refused_without_its_password(string url, string why)
    {
        var e = Assert.Throws<OrchestratorException>(() => ConnectAddress.Parse(url));
        Assert.Equal("E-DBZ-040", e.Code);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ss-w0rd", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://connect:8083", "http://connect:8083/")]
    [InlineData("https://u:p@proxy/kafka-connect/", "https://u:***@proxy/kafka-connect/")]
    [InlineData("http://u@connect:8083", "http://u:***@connect:8083/")]
    public void Url_is_shown_without_its_password(string url, string shown) => Assert.Equal(shown, ConnectAddress.Parse(url).ToString());
}
