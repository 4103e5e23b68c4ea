using System.Runtime.CompilerServices;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>Cuts a reader's batches where steps begin and end; what lies beyond a step is kept for the next.</summary>
/// <param name="batches">The reader's batches, in commit order.</param>
public sealed class StepStream(IAsyncEnumerator<ChangeBatch> batches) : IAsyncDisposable
{
    private ChangeBatch? _rest;

    /// <summary>The transactions that committed at or after one position and before another; returns once they are all there.</summary>
    /// <exception cref="InvalidOperationException">The reader's batches ended.</exception>
    public async IAsyncEnumerable<ChangeBatch> BetweenAsync(SourcePosition from, SourcePosition to, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var isOver = false; !isOver;)
        {
            ct.ThrowIfCancellationRequested();
            var batch = _rest ?? await NextAsync();
            (var before, _rest) = BatchSplit.At(batch, to);
            isOver = _rest is not null || batch.End >= to;
            // What the target has already.
            var now = before is null ? null : BatchSplit.At(before, from).After;
            if (now is not null) yield return now;
        }
    }

    public ValueTask DisposeAsync() => batches.DisposeAsync();

    private async Task<ChangeBatch> NextAsync() =>
        await batches.MoveNextAsync() ? batches.Current : throw new InvalidOperationException("the reader's batches ended");
}
