using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Sql;

public sealed class PgSessionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_borrowed_session_comes_back_as_new_and_without_what_it_held()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("borrow");
        await pair.Target.ExecuteAsync("CREATE TABLE public.t(id int)");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        int first;
        await using (var connection = await session.BorrowReplicaRoleAsync(None))
        {
            first = connection.ProcessID;
            await connection.RunAsync("SET search_path = public; CREATE TEMP TABLE left_behind(id int); SELECT pg_advisory_lock(7)", None);
            await connection.RunAsync("BEGIN; LOCK TABLE public.t; INSERT INTO public.t VALUES (1)", None);
        }

        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_locks WHERE relation = 'public.t'::regclass"));
        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM public.t"));
        await using var again = await session.BorrowAsync(None);
        Assert.Equal(first, again.ProcessID);
        Assert.Equal(
            "origin pg_catalog none 0",
            await again.ScalarAsync<string>(
                """
                SELECT concat_ws(' ', current_setting('session_replication_role'), current_setting('search_path'),
                    coalesce(to_regclass('pg_temp.left_behind')::text, 'none'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()))
                """, None));
    }

    [Fact]
    public async Task X5_sessions_that_the_server_ended_while_idle_are_not_handed_out()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("borrow");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        int[] before;
        await using (var one = await session.BorrowAsync(None))
        await using (var two = await session.BorrowAsync(None))
            before = [one.ProcessID, two.ProcessID];

        await pair.Target.ExecuteAsync($"SELECT pg_terminate_backend(pid, 10000) FROM unnest('{{{string.Join(',', before)}}}'::int[]) pid");

        await using var first = await session.BorrowAsync(None);
        await using var second = await session.BorrowAsync(None);
        Assert.Equal(1, await first.ScalarAsync<int>("SELECT 1", None));
        Assert.Equal(1, await second.ScalarAsync<int>("SELECT 1", None));
        Assert.DoesNotContain(first.ProcessID, before);
        Assert.DoesNotContain(second.ProcessID, before);
    }

    [Fact]
    public async Task A_session_of_its_own_is_new_and_ends_when_it_is_disposed()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("borrow");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        int borrowed, own;
        await using (var connection = await session.BorrowAsync(None)) borrowed = connection.ProcessID;
        await using (var connection = await session.OpenAsync(None)) own = connection.ProcessID;

        Assert.NotEqual(borrowed, own);
        while (await pair.Target.QueryScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid = {own}") != "0") await Task.Delay(20);
        Assert.Equal("1", await pair.Target.QueryScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid = {borrowed}"));
    }
}
