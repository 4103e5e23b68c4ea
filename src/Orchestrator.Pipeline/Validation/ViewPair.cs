using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>The two views that are compared. Work on them runs on both at once; the first failure stops the other.</summary>
public sealed class ViewPair(IDigestSession source, IDigestSession target) : IAsyncDisposable
{
    public IDigestSession Source => source;

    public IDigestSession Target => target;

    public async Task<(T Source, T Target)> BothAsync<T>(
        Func<IDigestSession, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<T>[] sides = [read(source, stop.Token), read(target, stop.Token)];
        var first = await Task.WhenAny(sides);
        if (!first.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
            await Task.WhenAll(sides).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await first;
        }

        return (await sides[0], await sides[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
    }
}
