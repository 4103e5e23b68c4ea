using Npgsql;
using Orchestrator.Core.Cutover;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

[Trait("Needs", "PostgreSql")]
public sealed class TargetFenceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("INSERT INTO plain VALUES (9, 'x')")]
    [InlineData("TRUNCATE plain CASCADE")]
    [InlineData("INSERT INTO parted_2a VALUES (150, 'x')")]
    [InlineData("COPY parted FROM PROGRAM 'printf \"9\\tx\\n\"'")]
    public async Task Application_is_refused_until_the_fence_opens_and_our_sessions_pass(string write)
    {
        await using var scene = await FenceScene.CreateAsync("target");
        await scene.ResetRowsAsync();
        await scene.Database.ExecuteAsync("DELETE FROM parted");
        var fence = new PgTargetFence(scene.Session, scene.RunId, TimeProvider.System);
        await fence.CloseAsync(scene.Tables, None);
        Assert.Equal(FenceState.Closed, await fence.StateAsync(None));
        var before = await scene.ContentsAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => scene.Database.ExecuteAsync(write));
        Assert.Equal("25006", refused.SqlState);
        Assert.Equal(before, await scene.ContentsAsync());

        await using (var ours = await scene.Session.OpenReplicaRoleAsync(None))
        {
            await ours.RunAsync("TRUNCATE public.parted_2a; COPY public.parted_2a FROM PROGRAM 'printf \"160\\tx\\n\"'", None);
            await ours.RunAsync("UPDATE public.plain SET v = 'ours'; DELETE FROM public.owned", None);
        }

        Assert.NotEqual(before, await scene.ContentsAsync());
        await fence.OpenAsync(None);
        Assert.Equal(FenceState.Open, await fence.StateAsync(None));
        await scene.Database.ExecuteAsync(write);
        await fence.RemoveAsync(None);
        await fence.RemoveAsync(None);
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    [Fact]
    public async Task Fence_closed_twice_opens_once()
    {
        await using var scene = await FenceScene.CreateAsync("twice");
        var fence = new PgTargetFence(scene.Session, scene.RunId, TimeProvider.System);
        await fence.CloseAsync(scene.Tables, None);
        await new PgTargetFence(scene.Session, scene.RunId, TimeProvider.System).CloseAsync(scene.Tables, None);
        await fence.OpenAsync(None);
        await fence.OpenAsync(None);
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
    }

    [Fact]
    public async Task Role_that_may_not_set_the_replica_role_is_refused()
    {
        await using var scene = await FenceScene.CreateAsync("norole");
        await new PgTargetFence(scene.Session, scene.RunId, TimeProvider.System).CloseAsync(scene.Tables, None);
        await using var owner = await scene.OpenAsync(scene.OwnerConnection);
        await Assert.ThrowsAsync<PostgresException>(() => owner.RunAsync("SET session_replication_role = replica", None));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => owner.RunAsync("DELETE FROM owned", None));
        Assert.Equal("25006", refused.SqlState);
    }
}
