using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>Public sample databases are moved from MariaDB while an application keeps writing them.</summary>
[Trait("Needs", "MySql")]
public sealed class SampleDatabaseTests
{
    [Theory]
    [InlineData("sakila-mysql", "UPDATE customer SET active = {0} % 2 WHERE customer_id = 1 + {0} % 500; INSERT INTO actor (first_name, last_name) VALUES ('f{0}', 'l{0}'); UPDATE film SET description = REPEAT('x', {0} % 300) WHERE film_id = 1 + {0} % 900;")]
    [InlineData("chinook", "UPDATE Track SET UnitPrice = 0.01 * ({0} % 99) WHERE TrackId = 1 + {0} % 3000; INSERT INTO Genre (GenreId, Name) VALUES ({0} + 100, 'g{0}'); DELETE FROM PlaylistTrack WHERE TrackId = 1 + {0} % 3000;")]
    [InlineData("debezium-types", "UPDATE dbz_228_int_unsigned SET c1 = {0} WHERE id = 1; INSERT INTO dbz_751_decimal_column_test VALUES (NULL, {0}, {0} % 9000 + 0.1234, NULL, -({0} % 9000));")]
    public async Task SampleDatabase_is_moved_while_it_is_written(string name, string work)
    {
        await using var scene = await MySqlScene.OpenAsync(name.Replace('-', '_'), "CREATE TABLE app_ledger(id bigint PRIMARY KEY)");
        await DataSets.LoadAsync(scene.Source, name);
        await using var writer = await MySqlWriter.StartAsync(scene.Source, n => string.Format(System.Globalization.CultureInfo.InvariantCulture, work, n));
        await scene.FollowAsync();
        await writer.WaitForCommitsAsync(100, TimeSpan.FromMinutes(1));
        await writer.StopAsync();
        await scene.CutOverAsync();
        await MySqlCompare.RequireEqualAsync(scene.Source, scene.Target);
        var there = (await scene.Target.QueryRowsAsync($"SELECT id FROM {scene.Table("app_ledger")}")).Select(r => long.Parse(r[0]!, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        Assert.DoesNotContain(writer.Acknowledged, n => !there.Contains(n));
    }
}
