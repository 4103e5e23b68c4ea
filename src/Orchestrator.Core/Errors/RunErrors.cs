namespace Orchestrator.Core.Errors;

/// <summary>Errors about a run as a whole, which several parts of the program meet.</summary>
public static class RunErrors
{
    public static OrchestratorException Unknown(string run) => new(
        ErrorKind.Configuration, "E-RUN-002", $"There is no run named {run} here.",
        "See the runs with: orchestrator list; where they are kept is chosen by --state DIR or --control-db URL.");

    public static OrchestratorException Overtaken(string run) => new(
        ErrorKind.Fenced, "E-LEASE-002", $"Another process has taken over run {run}; this one stops and writes nothing more.");

    public static OrchestratorException IsNotShared(string run) => new(
        ErrorKind.Configuration, "E-RUN-013", $"Run {run} has nothing to share: the process that drives it copies all rows and applies all changes.",
        "Workers are for runs that were started with --share-load or --apply-parts.");

    /// <param name="run">Name of the run.</param>
    /// <param name="what">The command that came too late.</param>
    /// <param name="why">State of the run, in words.</param>
    /// <param name="fix">What can be done instead.</param>
    public static OrchestratorException Over(string run, string what, string why, string fix) =>
        new(ErrorKind.Configuration, "E-RUN-009", $"Run {run}: {what} is not possible: {why}.", fix);
}
