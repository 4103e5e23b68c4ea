using System.Runtime.CompilerServices;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>Reads one step's changes after the other's; opens its reader anew where a step was left out or not read to its end.</summary>
/// <param name="capture">Opens the readers.</param>
/// <param name="tables">The followed tables.</param>
/// <param name="limits">Size of the batches.</param>
/// <param name="ct">Ends the reading.</param>
internal sealed class StepReader(IChangeCapture capture, IReadOnlyList<FollowedTable> tables, ChangeBatchLimits limits, CancellationToken ct) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
    private IChangeReader? _reader;
    private StepStream? _stream;
    private long? _done;

    /// <summary>All transactions of a step, whole batches where that is possible.</summary>
    public async IAsyncEnumerable<ChangeBatch> Of(ApplyStep step, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (_done != step.Number - 1)
        {
            await CloseAsync();
            _reader = capture.OpenFollower(tables);
            _stream = new StepStream(_reader.ReadAsync(step.From, limits, _stop.Token).GetAsyncEnumerator(_stop.Token));
        }

        // Unless it is read to its end, what was taken of it is missing from the stream.
        _done = null;
        await foreach (var batch in _stream!.BetweenAsync(step.From, step.To, cancel)) yield return batch;
        _done = step.Number;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await CloseAsync();
        _stop.Dispose();
    }

    private async Task CloseAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync();
        if (_reader is not null) await _reader.DisposeAsync();
        (_stream, _reader) = (null, null);
    }
}
