using Orchestrator.Core.Runs;
using Orchestrator.Pipeline.Diagnostics;

namespace Orchestrator.Cli.Output;

/// <summary>Adds the time left where whoever reports did not say it.</summary>
internal sealed class EtaProgress(IProgress<RunProgress> next) : IProgress<RunProgress>
{
    private readonly Lock _lock = new();
    private EtaEstimator _estimator = new();
    private string _phase = "";

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            if (value.Phase != _phase) (_phase, _estimator) = (value.Phase, new EtaEstimator());
            if (value is { BytesDone: { } done, BytesPlanned: > 0 and { } planned })
            {
                _estimator.Observe(value.At, done);
                if (value.Eta is null) value = value with { Eta = _estimator.Estimate(planned) };
            }

            next.Report(value);
        }
    }
}
