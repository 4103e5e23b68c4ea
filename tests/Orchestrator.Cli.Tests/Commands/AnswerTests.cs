using System.Text.Json;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class AnswerTests : IDisposable
{
    private static readonly string[] Keys =
        ["schema_version", "command", "run", "ok", "exit_code", "state", "started_at", "ended_at", "result", "findings", "errors", "next"];

    private readonly CliRun _cli = new();

    public AnswerTests()
    {
        _cli.Environment["SOURCE_DB_URL"] = "postgresql://a:pw@db1/shop";
        _cli.Environment["TARGET_DB_URL"] = "postgresql://a:pw@db2/shop";
    }

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(RunOutcome.Done, RunState.Complete, 0, "orchestrator report --run shop")]
    [InlineData(RunOutcome.Failed, RunState.Failed, 1, "orchestrator resume --run shop")]
    [InlineData(RunOutcome.Different, RunState.Cdc, 3, "orchestrator validate --run shop")]
    [InlineData(RunOutcome.Blocked, RunState.Aborted, 4, "orchestrator migrate")]
    [InlineData(RunOutcome.Refused, RunState.Cdc, 5, "orchestrator cutover --run shop")]
    public async Task Outcome_decides_exit_code_and_next_command_in_text_and_json(RunOutcome outcome, RunState state, int exit, string next)
    {
        _cli.Engine.Drive = (run, _, _) => Task.FromResult(ScriptedEngine.Result(run, outcome, state));

        Assert.Equal(exit, await _cli.RunAsync("migrate", "--run", "shop"));
        var last = _cli.Out.ToString().TrimEnd().Split('\n')[^1];
        Assert.StartsWith("next   " + next, last, StringComparison.Ordinal);

        _cli.Out.GetStringBuilder().Clear();
        Assert.Equal(exit, await _cli.RunAsync("resume", "--run", "shop", "--json"));
        var document = Document();
        Assert.Equal(exit, document.GetProperty("exit_code").GetInt32());
        Assert.Equal(exit == 0, document.GetProperty("ok").GetBoolean());
        Assert.StartsWith(next, document.GetProperty("next")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(1234567, document.GetProperty("result").GetProperty("rows_copied").GetInt64());
    }

    [Fact]
    public async Task Server_that_was_never_reached_is_exit_2_and_nothing_to_resume()
    {
        _cli.Engine.Drive = (_, _, _) => throw new OrchestratorException(ErrorKind.Transient, "E-CONN-002", "nothing listens there. Nothing was changed.", "check the port");

        Assert.Equal(2, await _cli.RunAsync("migrate", "--run", "shop"));

        Assert.DoesNotContain("resume", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorKind.Configuration, 2)]
    [InlineData(ErrorKind.Transient, 1)]
    [InlineData(ErrorKind.Data, 1)]
    [InlineData(ErrorKind.Fenced, 1)]
    [InlineData(ErrorKind.Bug, 1)]
    public async Task Error_has_the_same_keys_as_success(ErrorKind kind, int exit)
    {
        _cli.Engine.Drive = (_, _, _) => throw new OrchestratorException(kind, "E-DATA-031", "born is no date", "fix the row") { Table = "shop.events", Column = "born", Key = "77" };

        Assert.Equal(exit, await _cli.RunAsync("migrate", "--json"));

        var document = Document();
        Assert.Equal(Keys, document.EnumerateObject().Select(p => p.Name));
        var error = document.GetProperty("errors")[0];
        Assert.Equal(
            ("E-DATA-031", kind.ToString().ToLowerInvariant(), "born is no date", "shop.events", "born", "77", "fix the row"),
            (Text(error, "code"), Text(error, "kind"), Text(error, "message"), Text(error, "table"), Text(error, "column"), Text(error, "key"), Text(error, "fix")));
    }

    [Fact]
    public async Task Success_json_has_all_keys_and_is_all_of_stdout()
    {
        Assert.Equal(0, await _cli.RunAsync("migrate", "--json", "--run", "shop"));

        var document = Document();
        Assert.Equal(Keys, document.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("migrate", "shop", "complete"), (Text(document, "command"), Text(document, "run"), Text(document, "state")));
        Assert.Equal(JsonValueKind.Null, document.GetProperty("result").GetProperty("lag_ms").ValueKind);
    }

    [Fact]
    public async Task Unexpected_exception_is_a_bug_with_code_and_no_stack_in_the_answer()
    {
        _cli.Engine.Drive = (_, _, _) => throw new InvalidOperationException("boom");

        Assert.Equal(1, await _cli.RunAsync("migrate", "--json"));

        var error = Document().GetProperty("errors")[0];
        Assert.Equal("E-BUG-001", Text(error, "code"));
        Assert.DoesNotContain("   at ", Text(error, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_run_is_130_and_prints_the_resume_command()
    {
        using var stop = new CancellationTokenSource();
        _cli.Engine.Drive = async (_, _, ct) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException("not reached");
        };

        Assert.Equal(130, await _cli.RunAsync(stop.Token, "migrate", "--run", "shop"));
        Assert.EndsWith($"next   orchestrator resume --run shop --state {_cli.State}\n", _cli.Out.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocked_assessment_is_4_in_text_and_json_and_writes_both_files()
    {
        _cli.Engine.Assessment = _cli.Engine.Assessment with
        {
            Findings = [new Finding("F-KEY-002", Severity.Blocker, "shop.audit", "no key", "add one", "cdc"), new Finding("F-X-001", Severity.Note, "source", "fine", "", "cdc")],
        };

        Assert.Equal(4, await _cli.RunAsync("assess", "--run", "shop", "--source-db", "env:SOURCE_DB_URL", "--output", _cli.Folder));
        Assert.Equal(2, await _cli.RunAsync("assess", "--source-db", "env:SOURCE_DB_URL", "--output", "/nowhere"));
        _cli.Environment["ORCHESTRATOR_OUTPUT"] = _cli.Folder;
        _cli.Out.GetStringBuilder().Clear();
        Assert.Equal(4, await _cli.RunAsync("assess", "--json"));

        Assert.Equal("F-KEY-002", Text(Document().GetProperty("findings")[0], "id"));
        Assert.False(Directory.Exists(_cli.State));
        Assert.True(File.Exists(Path.Combine(_cli.Folder, "migration_assessment.html")));
    }

    [Fact]
    public async Task Dry_run_assesses_and_leaves_nothing()
    {
        Assert.Equal(0, await _cli.RunAsync("migrate", "--dry-run"));

        Assert.False(Directory.Exists(_cli.State));
        Assert.StartsWith("ASSESSMENT migration  READY", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_shows_what_becomes_of_every_column()
    {
        _cli.Engine.Assessment = _cli.Engine.Assessment with
        {
            Columns =
            [
                new ColumnMapping(new("shop", "Orders"), "id", "bigint(20) unsigned", new("public", "orders"), "id", "numeric(20,0)", ""),
                new ColumnMapping(new("shop", "Orders"), "Day", "date", new("public", "orders"), "day", "date", "zero-date=null"),
            ],
        };

        Assert.Equal(0, await _cli.RunAsync("migrate", "--dry-run"));
        Assert.StartsWith(
            "map    shop.Orders -> public.orders\n  id   bigint(20) unsigned  -> numeric(20,0)\n  Day  date                 -> day date  (zero-date=null)\nASSESSMENT",
            _cli.Out.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);

        _cli.Out.GetStringBuilder().Clear();
        Assert.Equal(0, await _cli.RunAsync("migrate", "--dry-run", "--json"));
        var day = Document().GetProperty("result").GetProperty("columns")[1];
        Assert.Equal("shop.Orders Day date public.orders day date zero-date=null", string.Join(' ', day.EnumerateObject().Select(p => p.Value.GetString())));
    }

    [Fact]
    public async Task Taken_name_and_unwritable_state_are_exit_2_with_a_fix()
    {
        await _cli.RunAsync("migrate", "--run", "shop");

        Assert.Equal(2, await _cli.RunAsync("migrate", "--run", "shop"));
        Assert.Equal(2, await _cli.RunAsync("migrate", "--state", "/proc/nothing"));
        Assert.Contains("E-RUN-001", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("E-RUN-004", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private JsonElement Document() => JsonDocument.Parse(_cli.Out.ToString()).RootElement;

    private static string? Text(JsonElement element, string key) => element.GetProperty(key).GetString();
}
