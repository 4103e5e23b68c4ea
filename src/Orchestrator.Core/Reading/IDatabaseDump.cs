namespace Orchestrator.Core.Reading;

/// <summary>How far a dump is.</summary>
/// <param name="Done">Tables whose rows are in it.</param>
/// <param name="All">Tables whose rows will be; a count made before it began.</param>
public readonly record struct DumpedTables(long Done, long All);

/// <summary>One whole database as of one moment, in the form that its own programs restore.</summary>
public interface IDatabaseDump
{
    /// <summary>Makes it; only a buffer's worth of it is in memory.</summary>
    /// <param name="write">Takes the next bytes; what it throws ends the dump.</param>
    /// <param name="progress">Told after each table.</param>
    /// <param name="ct">Kills the program that makes it.</param>
    /// <exception cref="Errors.OrchestratorException">
    /// <c>E-CONN-*</c> the database cannot be reached; configuration <c>E-BACKUP-006</c> the program is missing; data <c>E-BACKUP-007</c> it failed.
    /// </exception>
    Task RunAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, Action<DumpedTables> progress, CancellationToken ct);
}
