using Orchestrator.Core.Model;

namespace Orchestrator.Core.Runs;

/// <summary>What is being done with one table now.</summary>
public enum TableActivity
{
    Waiting,
    Copying,

    /// <summary>Building indexes, constraints or statistics after the copy.</summary>
    Indexing,

    /// <summary>Waiting before a chunk is tried again; see <see cref="TableProgress.Attempt"/>.</summary>
    Retrying,
    Done,
}

/// <summary>One table's row in every progress view.</summary>
/// <param name="Table">Which.</param>
/// <param name="Activity">What is being done with it.</param>
/// <param name="RowsDone">Rows committed on the target.</param>
/// <param name="RowsEstimate">Rows to copy as the source's statistics say; null if unknown. Shown with ~ until the table is done.</param>
/// <param name="BytesDone">Bytes of the chunks committed on the target, in the unit of <paramref name="BytesPlanned"/>.</param>
/// <param name="BytesPlanned">Bytes the chunk plan gives the table; null if unknown.</param>
/// <param name="Note">A few words: <c>chunk 412/660</c>, <c>index 2/3</c>, <c>40P01, again in 8 s</c>. Never a value of a row.</param>
public sealed record TableProgress(
    TableRef Table, TableActivity Activity, long RowsDone, long? RowsEstimate, long BytesDone, long? BytesPlanned, string Note = "")
{
    /// <summary>Number of the try while <see cref="Activity"/> is Retrying; else 0.</summary>
    public int Attempt { get; init; }

    /// <summary>Time left for this table; null if unknown.</summary>
    public TimeSpan? Eta { get; init; }
}

/// <summary>How much a notice matters: all goes well, something was recovered, something was given up.</summary>
public enum NoticeLevel
{
    Information,
    Warning,
    Error,
}

/// <summary>Something that happened once and belongs in the log: a chunk retried, a gate that refuses, a step undone.</summary>
/// <param name="Level">How bad.</param>
/// <param name="Message">A few words, no secrets.</param>
/// <param name="Fields">Figures for searching, e.g. <c>table=public.a</c>, <c>code=40P01</c>; names in snake_case with the unit at the end.</param>
public sealed record RunNotice(NoticeLevel Level, string Message, params IReadOnlyList<KeyValuePair<string, string>> Fields);

/// <summary>Time left as a range; both ends alike when the rate is steady.</summary>
public readonly record struct EtaRange(TimeSpan Least, TimeSpan Most);

/// <summary>
/// The state of a run at one moment as every view renders it. What is unknown is null, never 0. Whoever drives the run
/// reports one about once a second and one at every change of phase.
/// </summary>
public sealed record RunProgress
{
    public required string Run { get; init; }

    /// <summary>Word of the phase: <c>assessment</c>, <c>schema</c>, <c>full-load</c>, <c>indexes</c>, <c>catch-up</c>, <c>cdc</c>, <c>validation</c>, <c>cutover</c>, <c>rollback</c>, <c>complete</c>.</summary>
    public required string Phase { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>For people, without user and password: <c>db1:5432/shop</c>.</summary>
    public string Source { get; init; } = "";

    public string Target { get; init; } = "";

    /// <summary>
    /// One of: <c>source untouched and writable</c>; <c>both loaded, source writable</c>; <c>WRITES PAUSED since 0.31 s,
    /// limit 30 s</c> (or <c>past the point of no return</c>, or why it is not known); <c>target writable, ...</c>.
    /// </summary>
    public string Safety { get; init; } = "";

    /// <summary>Work done of the phase in planned bytes; null where the phase has no plan.</summary>
    public long? BytesDone { get; init; }

    public long? BytesPlanned { get; init; }

    public double? RowsPerSecond { get; init; }

    public double? BytesPerSecond { get; init; }

    public IReadOnlyList<TableProgress> Tables { get; init; } = [];

    /// <summary>Now minus the source's commit time of what was applied last.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Row changes applied per second.</summary>
    public double? ApplyRowsPerSecond { get; init; }

    /// <summary>Source transactions applied by this run so far.</summary>
    public long? TransactionsApplied { get; init; }

    /// <summary>Log the source keeps because of our slot.</summary>
    public long? RetainedLogBytes { get; init; }

    /// <summary>Time left of the phase; null: not known yet (the views then estimate it from the bytes).</summary>
    public EtaRange? Eta { get; init; }

    /// <summary>What happened since the last report.</summary>
    public IReadOnlyList<RunNotice> Notices { get; init; } = [];

    /// <summary>0-100 by planned bytes; 100 only when all of it is done; null if there is no plan.</summary>
    public double? Percent => BytesPlanned switch
    {
        null or < 0 => null,
        0 => 100,
        { } planned => BytesDone >= planned ? 100 : Math.Min(99.9, 100.0 * (BytesDone ?? 0) / planned),
    };
}
