using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>Public sample databases are moved while an application keeps writing them.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SampleDatabaseTests
{
    [Theory]
    [InlineData("sakila-postgres")]
    [InlineData("chinook")]
    [InlineData("northwind-postgres")]
    public async Task SampleDatabase_is_moved_while_it_is_written(string name)
    {
        await using var scene = await MigrationScene.OpenAsync(name);
        await DataSets.LoadAsync(scene.Source.Cluster, scene.Source.Name, name);
        // What the assessment advises for tables without a key.
        foreach (var row in await scene.Source.QueryRowsAsync("""
            SELECT c.oid::regclass FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
            """))
            await scene.Source.ExecuteAsync($"ALTER TABLE {row[0]} REPLICA IDENTITY FULL");
        var keyed = (await scene.Source.QueryRowsAsync("""
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
            """)).Select(r => r[0]!).ToList();
        await using var writer = await LiveWriter.StartAsync(scene.Source.ConnectionString, new LiveWriterOptions { Tables = keyed, TransactionsPerSecond = 100, Ledger = true });
        await scene.FollowAsync();
        await writer.WaitForCommitsAsync(100, TimeSpan.FromMinutes(1));
        if (name == "sakila-postgres")
            await scene.Source.ExecuteAsync("UPDATE payment SET amount = amount + 1 WHERE payment_id % 50 = 0; DELETE FROM payment WHERE payment_id % 1001 = 0");
        await writer.StopAsync();
        await scene.CutOverAsync();
        Assert.True(writer.Report.Committed > 100, $"{writer.Report.Committed} commits");
        await FullCompare.RequireEqualAsync(scene.Pair, SequenceRule.TargetNotBehind);
        Assert.Empty(await writer.Ledger.VerifyAsync(scene.Target.ConnectionString));
    }
}
