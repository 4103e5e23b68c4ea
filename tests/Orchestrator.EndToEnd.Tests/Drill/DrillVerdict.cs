using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>What must be true after a drill, asked of the databases alone.</summary>
internal static class DrillVerdict
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The target has the writes, and nothing was lost, doubled, altered or left behind.</summary>
    public static async Task RequireCompleteAsync(DrillScene scene)
    {
        await SideProbe.UntilWritableAsync(() => scene.Probe.TargetWrites, Patience);
        await scene.Writer.WaitForCommitsAsync(5, Patience);
        await scene.Writer.StopAsync();
        await scene.Probe.StopAsync();
        var (source, target) = (scene.Pair.Source, scene.Pair.Target);
        Assert.Empty(await scene.Writer.Ledger.VerifyAsync(target.ConnectionString));
        await FullCompare.RequireEqualAsync(
            source.ConnectionString, target.ConnectionString, null, SequenceRule.TargetNotBehind, scene.AtSwitch!.Name);
        await RequireOneSideAtATimeAsync(scene);
        Assert.Equal("0", await source.QueryScalarAsync("SELECT count(*) FROM public.probe WHERE side = 'target'"));
        await RequireNothingLeftOnSourceAsync(scene);
        await RequireNothingLeftOnTargetAsync(scene);
    }

    /// <summary>The source works as if nothing had been, and the target is empty.</summary>
    public static async Task RequireRolledBackAsync(DrillScene scene)
    {
        await SideProbe.UntilWritableAsync(() => scene.Probe.SourceWrites, Patience);
        await scene.Writer.WaitForCommitsAsync(5, Patience);
        await scene.Writer.StopAsync();
        var (source, target) = (scene.Pair.Source, scene.Pair.Target);
        Assert.Empty(await scene.Writer.Ledger.VerifyAsync(source.ConnectionString));
        await RequireNothingLeftOnSourceAsync(scene);
        Assert.Equal("0", await source.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator'"));
        Assert.Equal("0", await source.QueryScalarAsync("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%'"));
        await RequireNothingLeftOnTargetAsync(scene);
        Assert.Empty(await target.QueryRowsAsync(
            "SELECT oid::regclass FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'S')"));
        Assert.Empty(await target.QueryRowsAsync("SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_'"));
    }

    /// <summary>By the servers' clock (one machine's): the last write the source took is before the first the target took.</summary>
    private static async Task RequireOneSideAtATimeAsync(DrillScene scene)
    {
        const string ledgerBefore = "SELECT coalesce(max(written_at), '-infinity')::text FROM public.app_ledger";
        var lastOnSource = await scene.Pair.Source.QueryScalarAsync(ledgerBefore);
        var early = await scene.Pair.Target.QueryScalarAsync($"""
            SELECT count(*) FROM public.probe WHERE side = 'target'
              AND at <= greatest('{lastOnSource}'::timestamptz, (SELECT max(at) FROM public.probe WHERE side = 'source'))
            """);
        Assert.Equal("0", early);
    }

    private static async Task RequireNothingLeftOnSourceAsync(DrillScene scene)
    {
        Assert.Empty(await scene.Pair.SourceSlotsAsync());
        Assert.Equal("0", await scene.Pair.Source.QueryScalarAsync("SELECT count(*) FROM pg_publication"));
    }

    private static async Task RequireNothingLeftOnTargetAsync(DrillScene scene)
    {
        var target = scene.Pair.Target;
        Assert.Equal("0", await target.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator'"));
        Assert.Equal("0", await target.QueryScalarAsync("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%'"));
        Assert.Equal("0", await target.QueryScalarAsync("SELECT count(*) FROM pg_publication"));
    }
}
