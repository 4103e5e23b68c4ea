namespace Orchestrator.Workflow.Cutover;

/// <summary>Times the steps and remembers how each ended.</summary>
internal sealed class StepLog(IReadOnlyList<ICutoverStep> steps, CutoverContext context)
{
    private readonly Dictionary<string, long> _began = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _took = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _state = new(StringComparer.Ordinal);

    /// <summary>Milliseconds of the steps that were done (undone later or not).</summary>
    public IReadOnlyDictionary<string, double> Measured => _took;

    public void Begin(ICutoverStep step) => _began[step.Name] = context.Parts.Time.GetTimestamp();

    public void Done(ICutoverStep step)
    {
        if (_began.TryGetValue(step.Name, out var began)) _took[step.Name] = context.Parts.Time.GetElapsedTime(began).TotalMilliseconds;
        _state[step.Name] = "done";
    }

    public void Failed(ICutoverStep step) => _state[step.Name] = "failed";

    public void Undone(ICutoverStep step)
    {
        if (_state.GetValueOrDefault(step.Name) != "failed") _state[step.Name] = "undone";
    }

    public IReadOnlyList<StepReport> Reports() =>
    [
        .. steps.Select(s => new StepReport(
            s.Name,
            context.Prediction?.Steps.TryGetValue(s.Name, out var predicted) == true ? predicted : null,
            _took.TryGetValue(s.Name, out var took) ? took : null,
            _state.GetValueOrDefault(s.Name, "not-reached"))),
    ];
}
