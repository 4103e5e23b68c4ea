using Orchestrator.Core.Errors;
using Orchestrator.Workflow;

namespace Orchestrator.Cli;

/// <summary>What the process says to its caller; beside the outcomes of a run, the only place where exit codes are decided.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>Bad usage or configuration, or a server was not reached to begin with; nothing was changed.</summary>
    public const int Usage = 2;

    /// <summary>Rows differ or could not be proven equal.</summary>
    public const int Different = 3;

    /// <summary>Blocked by the assessment.</summary>
    public const int Blocked = 4;

    /// <summary>Cutover or rollback refused by a gate, or undone by itself.</summary>
    public const int Refused = 5;

    /// <summary>Stopped by the user or by a signal; the run can be resumed.</summary>
    public const int Interrupted = 130;

    public static int Of(RunOutcome outcome) => outcome.ToExitCode();

    public static int Of(Exception error) => error switch
    {
        OperationCanceledException => Interrupted,
        OrchestratorException { Kind: ErrorKind.Configuration } => Usage,

        // Never reached or let in to begin with: a wrong host and a server that is down look alike, and nothing was changed.
        OrchestratorException e when e.Code.StartsWith("E-CONN-", StringComparison.Ordinal) => Usage,
        _ => Failed,
    };
}
