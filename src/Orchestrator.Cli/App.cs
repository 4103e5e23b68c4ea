using System.CommandLine;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli;

/// <summary>From the words on the command line to the exit code.</summary>
internal sealed class App(AppServices services)
{
    /// <summary>One line per command; its file is beside the others in Commands.</summary>
    internal static readonly IReadOnlyList<Verb> Verbs =
    [
        MigrateCommand.Verb, AssessCommand.Verb, ValidateCommand.Verb, CutoverCommand.Verb, RollbackCommand.Verb,
        ResumeCommand.Verb, WorkerCommand.Verb, StatusCommand.Verb, ListCommand.Verb, ReportCommand.Verb, ServeCommand.Verb,
    ];

    private readonly DateTimeOffset _startedAt = services.Terminal.Clock.GetUtcNow();

    private Terminal Terminal => services.Terminal;

    public async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        if (args.Length == 0)
        {
            Terminal.Error.WriteLine(HelpText.Root(Verbs));
            return ExitCode.Usage;
        }

        if (args is ["--help" or "-h" or "-?" or "help"])
        {
            Terminal.Out.WriteLine(HelpText.Root(Verbs));
            return ExitCode.Done;
        }

        var root = new RootCommand("Moves a live PostgreSQL database to another PostgreSQL.");
        foreach (var verb in Verbs) root.Subcommands.Add(verb.ToCommand(RunVerbAsync));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
            return Refuse(parsed.CommandResult.Command.Name, UsageProblems.Of(parsed, Verbs), args.Contains("--json"));
        var configuration = new InvocationConfiguration
        {
            Output = Terminal.Out, Error = Terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, ct);
    }

    private async Task<int> RunVerbAsync(Verb verb, ParseResult parsed, CancellationToken ct)
    {
        var problems = new List<Problem>();
        var (flags, config) = Verb.FlagsOf(parsed, verb.Options, problems);
        var options = EffectiveOptions.Resolve(verb.Options, flags, Terminal.Environment, config, problems);
        var read = new OptionReader(options, Terminal.Environment, problems);
        var json = read.Switch(OptionCatalog.Json);
        var color = Terminal.Colors && !read.Switch(OptionCatalog.NoColor);
        var quiet = read.Switch(OptionCatalog.Quiet);
        Answer answer;
        await using (var view = ProgressViews.Choose(Terminal, quiet, color))
        {
            var call = new CommandCall(services, options, view, problems);
            await using var stopping = ct.Register(
                () => view.Say(NoticeLevel.Warning, $"{(call.IsRemote ? "no longer waiting for the service" : "stopping cleanly")}; Ctrl+C once more ends at once"));
            try
            {
                answer = await verb.RunAsync(call, ct);
            }
            catch (UsageException e)
            {
                return Refuse(verb.Name, e.Problems, json);
            }
            catch (Exception e)
            {
                answer = Failure(verb, call, e, ct);
            }
        }

        AnswerWriter.Write(answer, verb.Name, _startedAt, Terminal, json, color);
        return answer.ExitCode;
    }

    /// <summary>Nothing throws past here: whatever happened becomes one sentence, a code and the next command.</summary>
    private static Answer Failure(Verb verb, CommandCall call, Exception error, CancellationToken ct)
    {
        var interrupted = error is OperationCanceledException && ct.IsCancellationRequested;
        var exit = interrupted ? ExitCode.Interrupted : error is OperationCanceledException ? ExitCode.Failed : ExitCode.Of(error);
        var run = call.Options.Text(OptionCatalog.Run);
        var drives = verb.Name is "migrate" or "resume" or "cutover" or "rollback";
        if (exit == ExitCode.Failed && ErrorLine.Of(error).Kind == "bug")
            call.View.Say(NoticeLevel.Error, error.ToString());
        return new Answer
        {
            ExitCode = exit,
            Run = run,
            Errors = [ErrorLine.Of(error)],
            Next = drives && run is not null && exit != ExitCode.Usage ? [call.Command(call.IsRemote ? "status" : "resume", run)]
                : error is OrchestratorException { Code: var code } && !code.StartsWith("E-CFG-", StringComparison.Ordinal) ? []
                : [$"orchestrator {verb.Name} --help"],
        };
    }

    private int Refuse(string command, IReadOnlyList<Problem> problems, bool json)
    {
        var answer = new Answer
        {
            ExitCode = ExitCode.Usage,
            Errors = [.. problems.Select(p => new ErrorLine("E-CFG-001", "configuration", p.ToString(), null, null, null, null))],
            Next = [UsageProblems.HelpOf(command, Verbs)],
        };
        AnswerWriter.Write(answer, command, _startedAt, Terminal, json, Terminal.Colors);
        return answer.ExitCode;
    }
}
