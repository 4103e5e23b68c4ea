using Orchestrator.Cli.Commands;
using Orchestrator.ControlStore;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class RunCommandsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Cutover_is_done_here_when_no_process_drives_the_run()
    {
        await using var store = await CreateAsync();

        Assert.Equal(0, await _cli.RunAsync("cutover", "--run", "shop"));

        Assert.Equal(RunRequest.Cutover, _cli.Engine.Performed);
    }

    [Theory]
    [InlineData("cutover", RunRequest.Cutover, 5)]
    [InlineData("rollback", RunRequest.Rollback, 0)]
    [InlineData("validate", RunRequest.Validate, 3)]
    public async Task Request_is_asked_of_the_process_that_drives_the_run(string verb, RunRequest request, int exit)
    {
        await using var store = await CreateAsync();
        await using var lease = await store.AcquireAsync("shop", None);

        var asking = _cli.RunAsync(verb, "--run", "shop");
        RunRequestRecord? seen = null;
        while (seen is null && !asking.IsCompleted)
        {
            seen = await store.NextRequestAsync("shop", None);
            await Task.Delay(20);
        }

        await store.AnswerAsync("shop", seen!.Id, exit, "said the driver", None);

        Assert.Equal(exit, await asking);
        Assert.Equal(request, seen.Request);
        Assert.Null(_cli.Engine.Performed);
        Assert.Contains("said the driver", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 130, "The cutover is withdrawn")]
    [InlineData(true, null, "The cutover is being carried out already")]
    public async Task Request_is_withdrawn_when_its_asker_is_stopped_unless_it_is_carried_out(bool begun, int? answer, string says)
    {
        await using var store = await CreateAsync();
        await using var lease = await store.AcquireAsync("shop", None);
        using var stop = new CancellationTokenSource();
        var asking = _cli.RunAsync(stop.Token, "cutover", "--run", "shop");
        RunRequestRecord? seen;
        while ((seen = await store.NextRequestAsync("shop", None)) is null) await Task.Delay(20);
        if (begun) await store.BeginRequestAsync("shop", seen.Id, None);

        await stop.CancelAsync();

        Assert.Equal(130, await asking);
        Assert.Equal(answer, (await store.RequestAsync("shop", seen.Id, None)).ExitCode);
        Assert.Contains(says, _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("orchestrator status --run shop", _cli.Out.ToString() + _cli.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_is_done_here_when_the_driver_ends_without_an_answer()
    {
        await using var store = await CreateAsync();
        var lease = await store.AcquireAsync("shop", None);
        var asking = _cli.RunAsync("cutover", "--run", "shop");
        while (await store.NextRequestAsync("shop", None) is null) await Task.Delay(20);

        await lease.DisposeAsync();

        Assert.Equal(0, await asking);
        Assert.Equal(RunRequest.Cutover, _cli.Engine.Performed);
        Assert.Null(await store.NextRequestAsync("shop", None));
    }

    [Fact]
    public async Task X14_second_process_on_a_run_is_refused()
    {
        await using var store = await CreateAsync();
        await using var lease = await store.AcquireAsync("shop", None);

        Assert.Equal(2, await _cli.RunAsync("resume", "--run", "shop"));

        Assert.Contains($"E-LEASE-001 Another process (pid {Environment.ProcessId}", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_shows_figures_of_the_driver_and_asking_creates_nothing()
    {
        Assert.Equal(2, await _cli.RunAsync("status", "--run", "shop"));
        Assert.False(Directory.Exists(_cli.State));
        await using var store = await CreateAsync();
        _cli.Engine.Drive = async (run, progress, _) =>
        {
            progress.Report(Samples.FullLoad() with { Run = run });
            await Task.Yield();
            return ScriptedEngine.Result(run, RunOutcome.Failed, RunState.Failed);
        };
        Assert.Equal(1, await _cli.RunAsync("resume", "--run", "shop"));
        _cli.Out.GetStringBuilder().Clear();

        Assert.Equal(0, await _cli.RunAsync("status", "--run", "shop"));

        Assert.Contains("no process drives it", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("shop.orders", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_watch_shows_new_figures_until_nobody_drives_the_run()
    {
        await using var store = await CreateAsync();
        var lease = await store.AcquireAsync("shop", None);
        await KeepAsync(store, Samples.FullLoad() with { Run = "shop" });
        var watching = _cli.RunAsync("status", "--run", "shop", "--watch");
        await ErrorShowsAsync("phase=full-load");
        Assert.False(watching.IsCompleted);

        await KeepAsync(store, Samples.Cdc() with { Run = "shop" });
        await ErrorShowsAsync("phase=cdc");
        await lease.DisposeAsync();

        Assert.Equal(0, await watching);
        Assert.Contains("no process drives it", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_watch_ends_with_the_status_when_stopped_and_leaves_the_run_alone()
    {
        await using var store = await CreateAsync();
        await using var lease = await store.AcquireAsync("shop", None);
        using var stop = new CancellationTokenSource();
        var watching = _cli.RunAsync(stop.Token, "status", "--run", "shop", "--watch");
        await stop.CancelAsync();

        Assert.Equal(0, await watching);
        Assert.Contains("driven by a live process", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Null(await store.NextRequestAsync("shop", None));
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("cutover")]
    [InlineData("rollback")]
    public async Task Command_says_what_the_run_goes_on_with_and_hides_secrets(string verb)
    {
        await using var store = await RunStore.OpenAsync(new StoreLocation(_cli.State), TimeProvider.System, None);
        await store.CreateAsync(Options("shop") with { OnSwitch = "curl -u me:topsecret lb", ParallelWorkers = 7 }, None);

        Assert.Equal(0, await _cli.RunAsync(verb, "--run", "shop"));

        var said = _cli.Error.ToString();
        Assert.Contains("postgresql://a:***@db1/shop", said, StringComparison.Ordinal);
        Assert.Contains("parallel-workers=7", said, StringComparison.Ordinal);
        Assert.Contains("on-switch=(a command)", said, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", said, StringComparison.Ordinal);
        Assert.DoesNotContain("on-switch-undo", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_says_what_it_holds_and_what_it_applied()
    {
        await using var store = await RunStore.OpenAsync(new StoreLocation(_cli.State), TimeProvider.System, None);
        await store.CreateAsync(Options("shop"), None);

        Assert.Equal(0, await _cli.RunAsync("worker", "--run", "shop", "--json"));

        Assert.Contains("run=shop parts=0,3 worker=", _cli.Error.ToString(), StringComparison.Ordinal);
        using var answer = System.Text.Json.JsonDocument.Parse(_cli.Out.ToString());
        Assert.Equal((7, 1234), (answer.RootElement.GetProperty("result").GetProperty("steps").GetInt32(), answer.RootElement.GetProperty("result").GetProperty("rows").GetInt32()));
    }

    [Fact]
    public async Task Resume_changes_what_may_change_of_a_run_and_nothing_if_it_is_wrong()
    {
        await using var store = await RunStore.OpenAsync(new StoreLocation(_cli.State), TimeProvider.System, None);
        await store.CreateAsync(Options("shop") with { OnSwitch = "false", ParallelWorkers = 7 }, None);

        Assert.Equal(2, await _cli.RunAsync("resume", "--run", "shop", "--pause-budget", "1h", "--on-switch", "true"));
        Assert.Equal("false", (await store.OptionsAsync("shop", None)).OnSwitch);

        Assert.Equal(0, await _cli.RunAsync("resume", "--run", "shop", "--pause-budget", "40s", "--on-switch", "true", "--cutover", "auto"));
        var now = await store.OptionsAsync("shop", None);
        Assert.Equal((TimeSpan.FromSeconds(40), "true", CutoverMode.Auto, 7, TimeSpan.FromSeconds(5)), (now.PauseBudget, now.OnSwitch, now.Cutover, now.ParallelWorkers, now.MaxLag));
        Assert.Contains("pause-budget=40 s", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_puts_what_needs_somebody_first()
    {
        await using var store = await CreateAsync("fine");
        var run = await store.CreateAsync(Options("broken"), None);
        await using var lease = await store.AcquireAsync("broken", None);
        await store.TransitionAsync(run, lease.Token, RunState.Failed, RunState.FullLoad, "E-PG-53100 disk full", "stopped", None);

        Assert.Equal(0, await _cli.RunAsync("list"));

        var lines = _cli.Out.ToString().Split('\n');
        Assert.StartsWith("broken ", lines[0], StringComparison.Ordinal);
        Assert.Contains("E-PG-53100 disk full", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("fine ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_shows_what_was_kept()
    {
        await using var store = await CreateAsync();
        await store.WriteDocumentAsync("shop", ReportJson.Document, ReportJson.Write(new RunReport { RowsCopied = 3_000_000_000, WritePauseMs = 310 }), None);

        Assert.Equal(0, await _cli.RunAsync("report", "--run", "shop"));

        Assert.Contains("3,000,000,000 rows copied", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("writes paused for 0.31 s", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_gives_every_table_its_verdict()
    {
        await using var store = await CreateAsync();
        var validation = new ValidationReport
        {
            StartedAt = Samples.At, EndedAt = Samples.At.AddSeconds(3), Mode = ValidationMode.Now, Method = "test",
            Tables =
            [
                new TableReport { Table = new("shop", "orders"), Verdict = ValidationVerdict.Equal, SourceRows = 1200, TargetRows = 1200 },
                new TableReport { Table = new("shop", "log"), Verdict = ValidationVerdict.NotProven, Reason = "no right to read", SourceRows = 5, TargetRows = 4 },
            ],
        };
        await store.WriteDocumentAsync("shop", ReportJson.Document, ReportJson.Write(new RunReport { Validation = validation }), None);

        Assert.Equal(0, await _cli.RunAsync("report", "--run", "shop"));

        Assert.Contains("  shop.orders  EQUAL  1,200 rows, ", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("  shop.log     NOT PROVEN  5 rows on the source, 4 on the target, ", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("cutover")]
    [InlineData("status")]
    [InlineData("report")]
    public async Task Unknown_run_is_exit_2(string verb)
    {
        await using var store = await CreateAsync();

        Assert.Equal(2, await _cli.RunAsync(verb, "--run", "nobody"));
        Assert.Contains("E-RUN-002", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private static MigrationOptions Options(string name) =>
        new() { SourceUrl = "postgresql://a:pw@db1/shop", TargetUrl = "postgresql://a:pw@db2/shop", RunName = name };

    private static Task KeepAsync(RunStore store, RunProgress progress) => store.WriteDocumentAsync(
        progress.Run, ProgressRecorder.Document, System.Text.Json.JsonSerializer.Serialize(progress, ReportJson.Options), None);

    private async Task ErrorShowsAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_cli.ErrorText.Contains(text, StringComparison.Ordinal)) await Task.Delay(20, limit.Token);
    }

    private async Task<RunStore> CreateAsync(string name = "shop")
    {
        var store = await RunStore.OpenAsync(new StoreLocation(_cli.State), TimeProvider.System, None);
        await store.CreateAsync(Options(name), None);
        return store;
    }
}
