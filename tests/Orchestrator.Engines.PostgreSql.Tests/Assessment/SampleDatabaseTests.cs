using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class SampleDatabaseTests(AssessmentServers servers)
{
    [Theory]
    [InlineData("sakila-postgres")]
    [InlineData("chinook")]
    [InlineData("northwind-postgres")]
    public async Task Public_sample_database_is_ready_and_measured(string name)
    {
        var pair = await servers.PairAsync();
        await DataSets.LoadAsync(servers.Source, pair.Name, name);
        // Sakila keeps payments in inheritance children without a key; the finding's own fix makes them movable.
        foreach (var keyless in (await pair.AssessAsync()).Findings.Where(f => f.Id == "F-KEY-002"))
        {
            Assert.StartsWith("public.payment_p2007_", keyless.Object, StringComparison.Ordinal);
            await pair.SourceAsync(keyless.Fix);
        }

        var report = await pair.AssessAsync();
        Assert.False(report.IsBlocked, string.Join('\n', report.Findings));
        Assert.DoesNotContain(report.Findings, f => f.Why.Contains("Could not be checked", StringComparison.Ordinal));
        const string sizes = """
            SELECT count(*) || ' ' || sum(pg_table_size(c.oid)) || ' ' || sum(pg_indexes_size(c.oid))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            """;
        Assert.Equal(
            await servers.Source.QueryScalarAsync(pair.Name, sizes),
            $"{report.Measures.Tables} {report.Measures.Bytes} {report.Measures.IndexBytes}");
    }
}
