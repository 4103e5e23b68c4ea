using Orchestrator.Cli;
using Orchestrator.ControlStore;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.TestKit;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>
/// One migration inside the test process, driven by the real engine over two real databases and a real control store,
/// stopped at the places a test needs: loaded and following, switched over, or failed.
/// </summary>
internal abstract class RunScene : IAsyncDisposable
{
    private const string Run = "case";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-case-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly NoticeLog _notices = new();
    private RunStore? _store;
    private Task<RunResult>? _driving;

    protected abstract string SourceUrl { get; }

    public abstract PgDatabase Target { get; }

    /// <summary>What the run told its user so far.</summary>
    public IReadOnlyList<string> Notices => _notices.Texts;

    /// <summary>Changes what the run is asked to do; call before it starts.</summary>
    public Func<MigrationOptions, MigrationOptions> Options { get; set; } = o => o;

    /// <summary>Starts the run without waiting for anything.</summary>
    public async Task StartAsync()
    {
        _store = await RunStore.OpenAsync(new StoreLocation(_directory), TimeProvider.System, _stop.Token);
        var options = Options(new MigrationOptions
        {
            SourceUrl = SourceUrl, TargetUrl = Target.Url, RunName = Run, StateDirectory = _directory, ParallelWorkers = 2,
        });
        var engine = Composition.Engine(_store);
        _driving = Task.Run(() => engine.MigrateAsync(options, _notices, _stop.Token));
    }

    /// <summary>Starts the run and waits until everything is loaded, compared once, and changes are followed.</summary>
    public async Task FollowAsync()
    {
        await StartAsync();
        await UntilAsync("following changes", async () =>
            await _store!.FindAsync(Run, _stop.Token) is { State: RunState.Cdc }
            && await _store.ReadDocumentAsync(Run, ReportJson.Document, _stop.Token) is { } json && ReportJson.Read(json).Validation is not null);
    }

    /// <summary>Goes on with a run that failed, up to following changes.</summary>
    public async Task ResumeAsync()
    {
        await EndAsync();
        var engine = Composition.Engine(_store);
        _driving = Task.Run(() => engine.ResumeAsync(Run, _notices, _stop.Token));
        await UntilStateAsync(RunState.Cdc);
    }

    public Task UntilStateAsync(RunState state) =>
        UntilAsync(state.ToString(), async () => (await _store!.FindAsync(Run, _stop.Token))?.State == state);

    /// <summary>Has the run compare both sides once more, which must say equal, and switch over.</summary>
    public async Task<RunResult> CutOverAsync()
    {
        await AskAsync(RunRequest.Validate);
        await AskAsync(RunRequest.Cutover);
        var result = await EndAsync();
        Assert.Equal(RunOutcome.Done, result.Outcome);
        Assert.Equal(RunState.Complete, result.State);
        Assert.Equal(ValidationVerdict.Equal, result.Report.Validation!.Verdict);
        Assert.Empty(Directory.GetFiles(_directory, "*.dump*"));
        return result;
    }

    /// <summary>Has the run compare both sides once more, whatever comes of it.</summary>
    public async Task<ValidationReport> ValidateAsync()
    {
        await TryAskAsync(RunRequest.Validate);
        return ReportJson.Read((await _store!.ReadDocumentAsync(Run, ReportJson.Document, _stop.Token))!).Validation!;
    }

    /// <summary>Waits for the end of a run that must not succeed.</summary>
    public async Task<RunResult> EndAsync() => await _driving!.WaitAsync(Patience);

    /// <summary>As <see cref="EndAsync"/>, and returns the error it must have ended with.</summary>
    public async Task<OrchestratorException> FailureAsync()
    {
        var result = await EndAsync();
        Assert.Equal(RunOutcome.Failed, result.Outcome);
        return Assert.Single(result.Errors);
    }

    /// <summary>Runs the assessment, which must refuse, and returns its blockers as <c>id subject why</c>.</summary>
    public async Task<IReadOnlyList<string>> BlockersAsync()
    {
        await StartAsync();
        var result = await EndAsync();
        Assert.Equal(RunOutcome.Blocked, result.Outcome);
        return [.. result.Findings.Where(f => f.Severity == Core.Assessment.Severity.Blocker).Select(f => $"{f.Id} {f.Object} {f.Why}")];
    }

    /// <summary>Asks the run for something and returns the exit code and words of its answer.</summary>
    public async Task<(int ExitCode, string Message)> TryAskAsync(RunRequest request)
    {
        var asked = await _store!.AskAsync(Run, request, _stop.Token);
        RunRequestRecord answer = asked;
        await UntilAsync(request.ToString(), async () =>
            (answer = await _store.RequestAsync(Run, asked.Id, _stop.Token)).ExitCode is not null);
        return (answer.ExitCode!.Value, answer.Message);
    }

    public async Task AskAsync(RunRequest request)
    {
        var (exitCode, message) = await TryAskAsync(request);
        if (exitCode != 0) throw new InvalidOperationException($"{request}: {exitCode} {message}\n{string.Join('\n', Notices)}");
    }

    /// <summary>Polls a condition of the outside world; ends early, with its errors, when the run ends by itself.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (_driving!.IsCompleted && !await condition())
            {
                var result = await _driving;
                var reasons = result.Errors.Select(e => $"{e.Code} {e.Message}").Concat(result.Findings.Where(f => f.Severity == Core.Assessment.Severity.Blocker).Select(f => $"{f.Id} {f.Object} {f.Why}"));
                throw new InvalidOperationException($"the run ended before '{what}': {result.Outcome} {result.State}\n{string.Join('\n', reasons.Concat(Notices))}");
            }

            if (patience.IsCancellationRequested) throw new TimeoutException($"'{what}' did not come\n{string.Join('\n', Notices)}");
            await Task.Delay(Poll);
        }
    }

    protected abstract ValueTask DropDatabasesAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_driving is not null) await ((Task)_driving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_store is not null) await _store.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
        await DropDatabasesAsync();
    }
}
