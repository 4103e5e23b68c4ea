using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Tests;

/// <summary>Runs the command line in this process, with its own environment, writers and state directory.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly TextWriter _said;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orchestrator-cli-");

    public CliRun() => _said = TextWriter.Synchronized(Error);

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public StringWriter Out { get; } = new();

    public StringWriter Error { get; } = new();

    /// <summary>What was said so far, while the command still runs.</summary>
    public string ErrorText
    {
        get
        {
            lock (_said) return Error.ToString();
        }
    }

    public ScriptedEngine Engine { get; } = new();

    public string Folder => _folder.FullName;

    public string State => Path.Combine(Folder, "state");

    public string File(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public Task<int> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    public Task<int> RunAsync(CancellationToken ct, params string[] args)
    {
        var terminal = new Terminal
        {
            Out = Out, Error = _said, Clock = TimeProvider.System,
            Environment = name => name == "ORCHESTRATOR_STATE" && !Environment.ContainsKey(name) ? State : Environment.GetValueOrDefault(name),
        };
        return new App(new AppServices(terminal, store => Engine.Over(store))).RunAsync(args, ct);
    }

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Stands for the engine, which moves rows and is tested elsewhere; here only what the command line makes of its answers counts.</summary>
internal sealed class ScriptedEngine : IMigrationEngine
{
    private IRunStore? _store;

    public MigrationOptions? Given { get; private set; }

    public RunRequest? Performed { get; private set; }

    public Func<string, IProgress<RunProgress>, CancellationToken, Task<RunResult>> Drive { get; set; } =
        (run, _, _) => Task.FromResult(Result(run, RunOutcome.Done, RunState.Complete));

    public Core.Assessment.AssessmentReport Assessment { get; set; } = new(
        "PostgreSQL 15", "PostgreSQL 15", DateTimeOffset.UnixEpoch, ["F-VER-001 server version"], [], new(3, 1 << 20, 1 << 10, 100, 12, 0.4, "measured"));

    public static RunResult Result(string run, RunOutcome outcome, RunState state, params Core.Errors.OrchestratorException[] errors) =>
        new(outcome, run, state, new RunReport { Tables = 3, RowsCopied = 1234567, WritePauseMs = 410, PredictedPauseMs = 600 }, [], errors);

    public IMigrationEngine Over(IRunStore? store)
    {
        _store = store;
        return this;
    }

    public async Task<RunResult> MigrateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        Given = options;
        await _store!.CreateAsync(options, ct);
        return await ResumeAsync(options.RunName, progress, ct);
    }

    public async Task<RunResult> ResumeAsync(string run, IProgress<RunProgress> progress, CancellationToken ct)
    {
        await using var lease = await _store!.AcquireAsync(run, ct);
        return await Drive(run, progress, ct);
    }

    public Task<WorkerResult> WorkAsync(string run, string worker, Action<RunNotice> notify, CancellationToken ct)
    {
        notify(new RunNotice(NoticeLevel.Information, "apply parts held", new("parts", "0,3"), new("worker", worker)));
        return Task.FromResult(new WorkerResult(RunState.Complete, 3, 99, 7, 1234));
    }

    public Task<Core.Assessment.AssessmentReport> AssessAsync(MigrationOptions options, CancellationToken ct)
    {
        Given = options;
        return Task.FromResult(Assessment);
    }

    public Task<RunResult> ValidateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        Given = options;
        return Drive(options.RunName, progress, ct);
    }

    public async Task<RunResult> PerformAsync(string run, RunRequest request, IProgress<RunProgress> progress, CancellationToken ct)
    {
        Performed = request;
        return await ResumeAsync(run, progress, ct);
    }
}
