using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>The one answer to everything that would need a log.</summary>
internal static class NoLog
{
    public const string Why = "SQLite keeps no log of changes that could be followed";

    public const string Fix = "Use --strategy parallel-batch: the files are copied once, and compared; stop what writes to them before.";

    public static OrchestratorException Error() => new(ErrorKind.Configuration, "E-SQLITE-007", $"{Why}.", Fix);
}
