using Orchestrator.EndToEnd.Tests.HardCases;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>A migration from MariaDB.</summary>
internal sealed class MariaScene : RunScene
{
    private readonly MariaPair _pair;
    private bool _isOwner = true;

    private MariaScene(MariaPair pair) => _pair = pair;

    public MariaDatabase Source => _pair.Source;

    public override PgDatabase Target => _pair.Target;

    protected override string SourceUrl => Url ?? _pair.SourceUrl;

    /// <summary>Another way to the source than the pair's own; set before the run starts.</summary>
    public string? Url { get; set; }

    /// <summary>Creates both databases and fills the source.</summary>
    public static async Task<MariaScene> OpenAsync(string name, string load = "") => await OpenAsync(await MariaPair.CreateAsync(name), load);

    /// <summary>As the other overload, on a server of the test's own.</summary>
    public static async Task<MariaScene> OpenAsync(MariaServer server, string name, string load) =>
        await OpenAsync(await MariaPair.CreateOnAsync(server, name), load);

    /// <summary>Name of the target's table for one of the source's.</summary>
    public string Table(string name) => $"\"{Source.Name}\".\"{name}\"";

    /// <summary>One more run over databases that somebody else owns.</summary>
    public static MariaScene On(MariaPair pair) => new(pair) { _isOwner = false };

    protected override ValueTask DropDatabasesAsync() => _isOwner ? _pair.DisposeAsync() : ValueTask.CompletedTask;

    private static async Task<MariaScene> OpenAsync(MariaPair pair, string load)
    {
        var scene = new MariaScene(pair);
        if (load.Length > 0) await scene.Source.ExecuteAsync(load);
        return scene;
    }
}
