namespace Orchestrator.TestKit.Tests;

public sealed class DataSetTests
{
    [Theory]
    [InlineData("sakila-postgres", 46_273)]
    [InlineData("chinook", 15_607)]
    [InlineData("northwind-postgres", 3_362)]
    public async Task Sample_loads_with_the_row_count_its_readme_names(string name, long rows)
    {
        await using var pair = await PgPair.CreateDatabasesAsync("data");
        await DataSets.LoadAsync(pair.Source.Cluster, pair.Source.Name, name);
        await DataSets.LoadAsync(pair.Target.Cluster, pair.Target.Name, name);
        var counted = await pair.Source.QueryScalarAsync(
            "SELECT sum((xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ONLY ' || oid::regclass, false, true, '')))[1]::text::bigint) "
            + "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
        Assert.Equal(rows, long.Parse(counted!, System.Globalization.CultureInfo.InvariantCulture));
    }
}
