using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>Where the application connects, and what the new server held in the moment it was moved there.</summary>
internal sealed class Route : IAsyncDisposable
{
    private readonly SwitchFile _file;

    public Route(string directory, LiveWriter application, Servers servers)
        => _file = new SwitchFile(directory, word => MoveAsync(word, application, servers));

    /// <summary>The target as it was when the application moved, before its first write there.</summary>
    public HeldSnapshot? AtSwitch { get; private set; }

    /// <summary>The command for <c>--on-switch</c>.</summary>
    public string SwitchCommand => _file.SwitchCommand;

    /// <summary>The command for <c>--on-switch-undo</c>.</summary>
    public string UndoCommand => _file.UndoCommand;

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        if (AtSwitch is not null)
            await AtSwitch.DisposeAsync();
    }

    private async Task MoveAsync(string word, LiveWriter application, Servers servers)
    {
        if (word == "target")
            AtSwitch = await HeldSnapshot.TakeAsync(servers.Target.ConnectionString);
        application.PointTo(servers.ForApplication(word == "target" ? servers.Target : servers.Source));
    }
}
