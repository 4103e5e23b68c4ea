using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>A migration from PostgreSQL.</summary>
internal sealed class MigrationScene : RunScene
{
    private MigrationScene(DatabasePair pair) => Pair = pair;

    public DatabasePair Pair { get; }

    public PgDatabase Source => Pair.Source;

    public override PgDatabase Target => Pair.Target;

    protected override string SourceUrl => Pair.SourceUrl;

    /// <summary>Creates both databases and fills the source.</summary>
    public static async Task<MigrationScene> OpenAsync(string name, string load = "", string? sourceEncoding = null)
    {
        var scene = new MigrationScene(await PgPair.CreateDatabasesAsync(name, sourceEncoding));
        if (load.Length > 0) await scene.Source.PsqlAsync(load);
        return scene;
    }

    /// <summary>The whole way: load, follow, run the changes, switch over, compare both sides independently.</summary>
    public async Task MoveAsync(string changes)
    {
        await FollowAsync();
        await Source.PsqlAsync(changes);
        await FinishAsync();
    }

    /// <summary>Switches over and compares every row of both sides.</summary>
    public async Task FinishAsync()
    {
        await CutOverAsync();
        await FullCompare.RequireEqualAsync(Pair);
    }

    protected override ValueTask DropDatabasesAsync() => Pair.DisposeAsync();
}
