using static Orchestrator.Cli.Tests.Remote.StandInService;

namespace Orchestrator.Cli.Tests.Remote;

/// <summary>What becomes of answers that a service in good order does not give.</summary>
public sealed class ServiceAnswerTests : IDisposable
{
    private const string Id = "01a228fc-f12f-7a88-87ef-d74c1f0e9bef";

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("200 OK", "{}", 2)]
    [InlineData("200 OK", "<html></html>", 2)]
    [InlineData("204 No Content", "", 2)]
    [InlineData("404 Not Found", "no such page", 2)]
    [InlineData("302 Found", "", 2)]
    [InlineData("502 Bad Gateway", "<html></html>", 1)]
    public async Task Something_else_that_answers_is_told_from_a_service(string status, string body, int exit)
    {
        await using var other = new StandInService(_ => Of(status, body, "Location: http://127.0.0.1:1/\r\n"));

        Assert.Equal(exit, await RunAsync(other, "list"));
        Assert.Contains($"error  E-SVC-005 What answers at {other.Url} does not answer as the service does: ", _cli.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_of_the_service_is_shown_like_one_of_this_program()
    {
        await using var service = new StandInService(_ => Of("503 Service Unavailable", """{"code":"E-RUN-011","detail":"It does not answer: postgresql://u:secret-pw@h/d.","fix":"See whether it runs.","table":"public.a"}"""));

        Assert.Equal(1, await RunAsync(service, "list", "--json"));

        using var answer = System.Text.Json.JsonDocument.Parse(_cli.Out.ToString());
        var error = answer.RootElement.GetProperty("errors")[0];
        Assert.Equal(("E-RUN-011", "transient", "public.a", "See whether it runs."), (Text("code"), Text("kind"), Text("table"), Text("fix")));
        Assert.DoesNotContain("secret-pw", _cli.Out + _cli.ErrorText, StringComparison.Ordinal);

        string? Text(string field) => error.GetProperty(field).GetString();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("504 Gateway Timeout")]
    public async Task Request_whose_answer_is_lost_may_have_been_taken_on(string? status)
    {
        await using var service = new StandInService(line => line.StartsWith("POST", StringComparison.Ordinal) ? status is null ? null : Of(status) : Looked(line, Migration()));

        Assert.Equal(1, await RunAsync(service, "cutover", "--run", "shop"));
        Assert.Contains("error  E-SVC-006 ", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("whether it carries it out is not known here", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("next   orchestrator status --run shop", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_somebody_pauses_is_not_taken_for_one_that_failed()
    {
        await using var service = new StandInService(line => line.StartsWith("POST", StringComparison.Ordinal) ? Of("202 Accepted", Migration()) : Looked(line, Migration()));

        Assert.Equal(130, await RunAsync(service, "resume", "--run", Id));
        Assert.Contains("error  E-RUN-130 The run was paused.", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("next   orchestrator resume --run shop", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "done", null)]
    [InlineData(1, "E-PG-53100 The disk of the target is full. Make room.", "E-PG-53100 The disk of the target is full. Make room.")]
    [InlineData(3, "different", "E-RUN-007 different")]
    [InlineData(4, "The assessment found blockers: F-KEY-002", "E-RUN-007 The assessment found blockers: F-KEY-002")]
    [InlineData(5, "E-CUT-001 Cutover is blocked. Resolve it.", "E-CUT-001 Cutover is blocked. Resolve it.")]
    public async Task Exit_code_is_how_the_service_says_that_the_run_ended(int exit, string result, string? error)
    {
        var ended = Migration("drive", result, exit);
        await using var service = new StandInService(line => line.StartsWith("POST", StringComparison.Ordinal) ? Of("202 Accepted", ended) : Looked(line, ended));

        Assert.Equal(exit, await RunAsync(service, "resume", "--run", "shop"));
        Assert.Contains(error is null ? "RUN shop  DONE" : "RUN shop  ", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(error, _cli.ErrorText.Split('\n').Where(l => l.StartsWith("error  ", StringComparison.Ordinal)).Select(l => l[7..].TrimEnd()).SingleOrDefault());
    }

    private Task<int> RunAsync(StandInService service, params string[] args) => _cli.RunAsync([.. args, "--server", service.Url, "--token", "t"]);

    private static string Looked(string line, string migration) => line.Split(' ')[1].Split('?')[0] switch
    {
        "/api/migrations" => Of("200 OK", $$"""{"items":[{{migration}}],"next":null}"""),
        "/api/migrations/" + Id => Of("200 OK", migration),
        var path when path.StartsWith("/api/connections/", StringComparison.Ordinal) => Of("200 OK", """{"display":"h/d"}"""),
        _ => Of("204 No Content"),
    };

    /// <summary>A migration that nothing drives.</summary>
    private static string Migration(string action = "cutover", string result = "E-CUT-001 Gates.", int exit = 5) =>
        $$$"""
        {"id":"{{{Id}}}","name":"shop","run":"shop-1","source_id":"a","target_id":"b","settings":{"strategy":"full-load-cdc","tables":[],"exclude":[],"parallel_workers":2,"batch_size":1,
        "validate":true,"cutover":"manual","pause_budget_seconds":1,"max_lag_seconds":1},"state":"cdc","state_since":"2026-01-01T00:00:00Z","failed_in":null,"error":null,"wanted":false,"driven":false,
        "last_action":"{{{action}}}","last_result":"{{{result}}}","last_exit":{{{exit}}},"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}
        """;
}
