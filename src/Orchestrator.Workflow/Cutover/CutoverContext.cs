using System.Globalization;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;

namespace Orchestrator.Workflow.Cutover;

/// <summary>What the steps of one attempt know and tell each other.</summary>
public sealed class CutoverContext(CutoverPlan plan, CutoverParts parts, IReadOnlyDictionary<string, double> measuredBefore) : IDisposable
{
    private CancellationTokenSource _limit = new();

    public CutoverPlan Plan { get; } = plan;

    public CutoverParts Parts { get; } = parts;

    public string Run => Plan.Options.RunName;

    /// <summary>Milliseconds each step took in this run's last attempt; empty at the first.</summary>
    public IReadOnlyDictionary<string, double> MeasuredBefore { get; } = measuredBefore;

    /// <summary>Tells this attempt's marker from every other.</summary>
    public string Nonce { get; } = "cutover-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>A killed attempt is taken up: we hold the run alone and the fences were looked at.</summary>
    public bool IsResumed { get; init; }

    public PausePrediction? Prediction { get; set; }

    public IReadOnlyList<GateResult> Gates { get; set; } = [];

    /// <summary>Where the marker is; everything the source committed before the fence lies before it.</summary>
    public SourcePosition? Marker { get; set; }

    /// <summary>Keeps change apply stopped from the final check on, so that nothing overwrites what applications write.</summary>
    public IFlowHold? Hold { get; set; }

    public IReadOnlyList<Straggler>? Stragglers { get; set; }

    /// <summary>Goes into the journal with the step's end.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Things that went wrong without changing the outcome.</summary>
    public List<OrchestratorException> Warnings { get; } = [];

    /// <summary>Ends when the source's lease is nearly over; not armed before the fence is closed.</summary>
    public CancellationToken Limit => _limit.Token;

    /// <summary>Starts the clock of <see cref="Limit"/>.</summary>
    public void LimitAfter(TimeSpan time)
    {
        _limit.Dispose();
        _limit = new CancellationTokenSource(time, Parts.Time);
    }

    /// <summary>Timestamp of the first moment writes may have been held up; null before.</summary>
    public long? PauseStarted { get; set; }

    /// <summary>Timestamp of the moment one side took writes again; null before.</summary>
    public long? PauseEnded { get; set; }

    public TimeSpan? Pause => PauseStarted is { } from && PauseEnded is { } to ? Parts.Time.GetElapsedTime(from, to) : null;

    public void Dispose() => _limit.Dispose();
}
