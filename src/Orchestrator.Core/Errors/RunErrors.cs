namespace Orchestrator.Core.Errors;

/// <summary>Errors about a run as a whole, which several parts of the program meet.</summary>
public static class RunErrors
{
    public static OrchestratorException Unknown(string run) => new(
        ErrorKind.Configuration, "E-RUN-002", $"There is no run named {run} in this state directory.",
        "See the runs with: orchestrator list; the directory is chosen by --state DIR.");

    /// <param name="run">Name of the run.</param>
    /// <param name="what">The command that came too late.</param>
    /// <param name="why">State of the run, in words.</param>
    /// <param name="fix">What can be done instead.</param>
    public static OrchestratorException Over(string run, string what, string why, string fix) =>
        new(ErrorKind.Configuration, "E-RUN-009", $"Run {run}: {what} is not possible: {why}.", fix);
}
