using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>
/// Takes a table <c>(id int PRIMARY KEY, ...)</c> whose rows were loaded with ids below 1000 and makes the same values
/// travel as changes: by an insert (ids from 1000), by an update of empty rows (from 2000), by a batch that replaces rows
/// and deletes some (from 3000).
/// </summary>
internal static class TwiceTheValue
{
    /// <summary>Runs the changes on the source; every statement is a transaction of its own.</summary>
    public static async Task FollowAsync(PgDatabase source, string table)
    {
        var columns = await ColumnsAsync(source, table);
        var insert = $"INSERT INTO {table} (id, {columns}) OVERRIDING SYSTEM VALUE SELECT id + ";
        await source.ExecuteAsync($"{insert}1000, {columns} FROM {table} WHERE id < 1000");
        await source.ExecuteAsync($"INSERT INTO {table} (id) OVERRIDING SYSTEM VALUE SELECT id + 2000 FROM {table} WHERE id < 1000");
        await source.ExecuteAsync($"UPDATE {table} x SET ({columns}) = (SELECT {columns} FROM {table} y WHERE y.id = x.id - 2000) WHERE id BETWEEN 2000 AND 2999");
        await source.ExecuteAsync($"{insert}3000, {columns} FROM {table} WHERE id < 1000");
        await source.ExecuteAsync($"DELETE FROM {table} WHERE id BETWEEN 3000 AND 3999");
        await source.ExecuteAsync($"{insert}3000, {columns} FROM {table} WHERE id < 1000");
    }

    /// <summary>The target prints loaded and applied values alike, and there is something to print.</summary>
    public static async Task RequireAlikeAsync(PgDatabase target, string table)
    {
        var groups = new List<IReadOnlyList<string?[]>>();
        for (var from = 0; from <= 3000; from += 1000)
        {
            groups.Add(await target.QueryRowsAsync(string.Create(CultureInfo.InvariantCulture,
                $"SELECT id - {from}, regexp_replace(format('%s', t), '^[(][0-9]+', '') FROM {table} t WHERE id BETWEEN {from} AND {from + 999} ORDER BY id")));
        }

        Assert.NotEmpty(groups[0]);
        foreach (var group in groups.Skip(1)) Assert.Equal(groups[0], group);
    }

    /// <summary>Everything from load to switch-over for one table of values.</summary>
    public static async Task MoveAsync(MigrationScene scene, params string[] tables)
    {
        await scene.FollowAsync();
        foreach (var table in tables) await FollowAsync(scene.Source, table);
        await scene.FinishAsync();
        foreach (var table in tables) await RequireAlikeAsync(scene.Target, table);
    }

    private static async Task<string> ColumnsAsync(PgDatabase source, string table)
    {
        var rows = await source.QueryRowsAsync(
            $"SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id' ORDER BY attnum");
        return string.Join(", ", rows.Select(r => r[0]));
    }
}
