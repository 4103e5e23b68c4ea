using Orchestrator.EndToEnd.Tests.HardCases;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>A migration from MariaDB.</summary>
internal sealed class MySqlScene : RunScene
{
    private readonly MySqlPair _pair;
    private bool _isOwner = true;

    private MySqlScene(MySqlPair pair) => _pair = pair;

    public MySqlDatabase Source => _pair.Source;

    public override PgDatabase Target => _pair.Target;

    protected override string SourceUrl => Url ?? _pair.SourceUrl;

    /// <summary>Another way to the source than the pair's own; set before the run starts.</summary>
    public string? Url { get; set; }

    /// <summary>Creates both databases and fills the source.</summary>
    public static async Task<MySqlScene> OpenAsync(string name, string load = "") => await OpenAsync(await MySqlPair.CreateAsync(name), load);

    /// <summary>As the other overload, on a server of the test's own.</summary>
    public static async Task<MySqlScene> OpenAsync(MySqlServer server, string name, string load) =>
        await OpenAsync(await MySqlPair.CreateOnAsync(server, name), load);

    /// <summary>Name of the target's table for one of the source's.</summary>
    public string Table(string name) => $"\"{Source.Name}\".\"{name}\"";

    /// <summary>One more run over databases that somebody else owns.</summary>
    public static MySqlScene On(MySqlPair pair) => new(pair) { _isOwner = false };

    protected override ValueTask DropDatabasesAsync() => _isOwner ? _pair.DisposeAsync() : ValueTask.CompletedTask;

    private static async Task<MySqlScene> OpenAsync(MySqlPair pair, string load)
    {
        var scene = new MySqlScene(pair);
        if (load.Length > 0) await scene.Source.ExecuteAsync(load);
        return scene;
    }
}
