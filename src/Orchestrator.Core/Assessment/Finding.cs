namespace Orchestrator.Core.Assessment;

/// <summary>Whether a finding stops the run.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing to do.</summary>
    Note,

    /// <summary>Works, but think about it.</summary>
    Warning,

    /// <summary>The named phase cannot start until it is resolved.</summary>
    Blocker,
}

/// <summary>One thing the assessment found.</summary>
/// <param name="Id">Stable id of the check, e.g. <c>F-KEY-001</c>.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Object">What it is about: <c>source</c>, <c>target</c>, <c>schema.table</c>, <c>schema.table.column</c>, a role.</param>
/// <param name="Why">What was found, with the values seen.</param>
/// <param name="Fix">What to do, as exact SQL where there is one.</param>
/// <param name="Blocks">Phase it blocks or endangers: <c>schema</c>, <c>full-load</c>, <c>cdc</c>, <c>validation</c>, <c>cutover</c>.</param>
public sealed record Finding(string Id, Severity Severity, string Object, string Why, string Fix, string Blocks);

/// <summary>What was measured and what follows from it.</summary>
/// <param name="Tables">Tables to move.</param>
/// <param name="Bytes">Their bytes on disk without indexes.</param>
/// <param name="IndexBytes">Their indexes' bytes.</param>
/// <param name="LogBytesPerSecond">Log the source writes now, sampled.</param>
/// <param name="LoadSeconds">Predicted time of the full load with indexes.</param>
/// <param name="PauseSeconds">Predicted write pause at cutover.</param>
/// <param name="Basis">What the predictions rest on, for people.</param>
public sealed record AssessmentMeasures(
    int Tables, long Bytes, long IndexBytes, double LogBytesPerSecond, double LoadSeconds, double PauseSeconds, string Basis);

/// <summary>The whole assessment.</summary>
/// <param name="Source">Host, port and database, no secrets.</param>
/// <param name="Target">As <paramref name="Source"/>.</param>
/// <param name="At">When it began.</param>
/// <param name="ChecksRun">Every check that was made: its id, a space, what it looks at.</param>
/// <param name="Findings">Blockers first.</param>
/// <param name="Measures">Sizes, write rate and predictions.</param>
public sealed record AssessmentReport(
    string Source, string Target, DateTimeOffset At, IReadOnlyList<string> ChecksRun, IReadOnlyList<Finding> Findings, AssessmentMeasures Measures)
{
    /// <summary>What becomes of each column; empty between two PostgreSQL servers, where types and names stay.</summary>
    public IReadOnlyList<ColumnMapping> Columns { get; init; } = [];

    public bool IsBlocked => Findings.Any(f => f.Severity == Severity.Blocker);
}

/// <summary>Looks at source and target without changing anything.</summary>
public interface IAssessor
{
    /// <param name="request">What is planned.</param>
    /// <param name="ct">Stops the assessment.</param>
    Task<AssessmentReport> AssessAsync(AssessmentRequest request, CancellationToken ct);
}

/// <param name="Selection">Tables to move.</param>
/// <param name="FollowChanges">Changes will be captured (every strategy but parallel-batch).</param>
/// <param name="Sample">How long the write rate is sampled.</param>
/// <param name="Workers">Parallel load workers planned; each takes a connection on both sides.</param>
/// <param name="TargetHoldsRows">The target already holds the rows (strategy <c>cdc-only</c>): its tables must exist and may be full.</param>
public sealed record AssessmentRequest(
    Reading.TableSelection Selection, bool FollowChanges, TimeSpan Sample, int Workers, bool TargetHoldsRows = false)
{
    /// <summary>Roles that are to get rights on the target.</summary>
    public Runs.TargetRoles Roles { get; init; } = new();
}
