namespace Orchestrator.TestKit;

/// <summary>
/// Moves an application by a word in a file, for <c>--on-switch</c>: the command writes the word and waits until this
/// process has acted on it, as a real hook waits for a deployment or a proxy.
/// </summary>
public sealed class SwitchFile : IAsyncDisposable
{
    private readonly string _wanted;
    private readonly string _followed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watch;

    /// <summary>Starts watching.</summary>
    /// <param name="directory">An existing directory of the caller's.</param>
    /// <param name="move">Called with <c>target</c> or <c>source</c> whenever the word changes; the hook returns after it.</param>
    public SwitchFile(string directory, Func<string, Task> move)
    {
        (_wanted, _followed) = (Path.Combine(directory, "route"), Path.Combine(directory, "route.followed"));
        File.WriteAllText(_wanted, "source\n");
        File.WriteAllText(_followed, "source\n");
        _watch = Task.Run(() => WatchAsync(move));
    }

    /// <summary>The command for <c>--on-switch</c>.</summary>
    public string SwitchCommand => Command("target");

    /// <summary>The command for <c>--on-switch-undo</c>.</summary>
    public string UndoCommand => Command("source");

    /// <summary>Ends watching; an error of the move comes out here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        _stop.Dispose();
    }

    private string Command(string word)
        => $"echo {word} > '{_wanted}'; while [ \"$(cat '{_followed}')\" != {word} ]; do sleep 0.01; done";

    private async Task WatchAsync(Func<string, Task> move)
    {
        var current = "source";
        while (!_stop.IsCancellationRequested)
        {
            var wanted = (await File.ReadAllTextAsync(_wanted)).Trim();
            if (wanted.Length > 0 && wanted != current)
            {
                await move(wanted);
                current = wanted;
                await File.WriteAllTextAsync(_followed, current + "\n");
            }
            await Task.WhenAny(Task.Delay(5, _stop.Token));
        }
    }
}
