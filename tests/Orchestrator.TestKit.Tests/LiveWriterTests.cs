namespace Orchestrator.TestKit.Tests;

public sealed class LiveWriterTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("sakila-postgres", "public.film,public.film_actor,public.rental,public.customer,public.category")]
    [InlineData("chinook", "public.track,public.invoice,public.playlist_track,public.employee")]
    [InlineData("northwind-postgres", "public.orders,public.order_details,public.customers,public.territories")]
    public async Task Samples_are_written_without_errors(string sample, string tables)
    {
        await using var pair = await PgPair.CreateDatabasesAsync("writer");
        await DataSets.LoadAsync(pair.Source.Cluster, pair.Source.Name, sample);
        var before = await pair.Source.QueryScalarAsync("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables");
        await using var writer = await LiveWriter.StartAsync(pair.Source.ConnectionString,
            new LiveWriterOptions { Tables = tables.Split(','), TransactionsPerSecond = 0 });
        await writer.WaitForCommitsAsync(200, Soon);
        await writer.StopAsync();
        Assert.Empty(writer.Report.Errors);
        Assert.True(writer.Report.RolledBack > 0);
        Assert.NotEqual(before, await pair.Source.QueryScalarAsync("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"));
    }

    [Fact]
    public async Task Ledger_proves_what_was_acknowledged_and_finds_a_loss()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("ledger");
        await using var writer = await LiveWriter.StartAsync(pair.Source.ConnectionString,
            new LiveWriterOptions { Tables = [], TransactionsPerSecond = 0, RollbackShare = 0.3, Ledger = true });
        await writer.WaitForCommitsAsync(100, Soon);
        await writer.StopAsync();
        Assert.Empty(await writer.Ledger.VerifyAsync(pair.Source.ConnectionString));
        var lost = await pair.Source.QueryScalarAsync("DELETE FROM app_ledger WHERE id = (SELECT max(id) FROM app_ledger) RETURNING id");
        Assert.Equal([$"acknowledged transaction {lost} is lost"], await writer.Ledger.VerifyAsync(pair.Source.ConnectionString));
    }

    [Fact]
    public async Task Moving_to_another_database_goes_on_there_and_a_stop_is_measured_as_a_gap()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("move");
        await pair.ExecuteOnBothAsync("CREATE TABLE t(id uuid PRIMARY KEY, v text, n numeric(6,2))");
        await using var writer = await LiveWriter.StartAsync(pair.Source.ConnectionString, new LiveWriterOptions { Tables = ["public.t"] });
        await writer.WaitForCommitsAsync(20, Soon);
        writer.ResetGap();
        await pair.Source.ExecuteAsync("REVOKE ALL ON t FROM PUBLIC; ALTER TABLE t RENAME TO gone");
        await Task.Delay(400);
        writer.PointTo(pair.Target.ConnectionString);
        await writer.WaitForCommitsAsync(20, Soon);
        await writer.StopAsync();
        Assert.InRange(writer.Report.LongestGap, TimeSpan.FromMilliseconds(350), TimeSpan.FromSeconds(10));
        Assert.Contains(writer.Report.Errors, e => e.SqlState == "42P01");
        Assert.NotEqual("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }
}
