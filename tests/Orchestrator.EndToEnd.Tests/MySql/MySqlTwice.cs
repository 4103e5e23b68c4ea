using System.Globalization;
using Orchestrator.TestKit;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>
/// Takes a table <c>(id int PRIMARY KEY, ...)</c> whose rows were loaded with ids below 1000 and makes the same values
/// travel as changes: by an insert (ids from 1000), by an update of empty rows (from 2000), by rows that are deleted and
/// written again (from 3000). What must arrive is written down by hand.
/// </summary>
internal static class MySqlTwice
{
    /// <summary>Nothing that the values hold is judged, and moments are copied as they are.</summary>
    private const string Session = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'; ";

    /// <summary>Everything from load to switch-over for one table of values.</summary>
    /// <param name="scene">Its source has the table.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="shown">Expressions of the target, compared with what is expected.</param>
    /// <param name="expected">Of each loaded row in order of id, the texts of these.</param>
    public static async Task<RunResult> MoveAsync(MySqlScene scene, string table, string shown, params string?[][] expected)
    {
        await scene.FollowAsync();
        await FollowAsync(scene.Source, table);
        var result = await scene.CutOverAsync();
        await RequireAsync(scene, table, shown, expected);
        return result;
    }

    /// <summary>Runs the changes on the source; every statement is a transaction of its own.</summary>
    public static async Task FollowAsync(MySqlDatabase source, string table)
    {
        var names = await source.QueryRowsAsync(
            $"SELECT CONCAT('`', REPLACE(COLUMN_NAME, '`', '``'), '`') FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' AND COLUMN_NAME <> 'id' AND (EXTRA NOT LIKE '%GENERATED%' OR EXTRA LIKE '%DEFAULT\\_GENERATED%') ORDER BY ORDINAL_POSITION");
        var columns = string.Join(", ", names.Select(n => n[0]));
        var sets = string.Join(", ", names.Select(n => $"x.{n[0]} = y.{n[0]}"));
        var insert = $"INSERT INTO {table} (id, {columns}) SELECT id + ";
        await source.ExecuteAsync(Session + $"""
            {insert}1000, {columns} FROM {table} WHERE id < 1000;
            INSERT IGNORE INTO {table} (id) SELECT id + 2000 FROM {table} WHERE id < 1000;
            UPDATE {table} x JOIN {table} y ON y.id = x.id - 2000 SET {sets} WHERE x.id BETWEEN 2000 AND 2999;
            {insert}3000, {columns} FROM {table} WHERE id < 1000;
            DELETE FROM {table} WHERE id BETWEEN 3000 AND 3999;
            {insert}3000, {columns} FROM {table} WHERE id < 1000;
            """);
    }

    /// <summary>The target prints all four groups as expected.</summary>
    public static async Task RequireAsync(MySqlScene scene, string table, string shown, params string?[][] expected)
    {
        for (var from = 0; from <= 3000; from += 1000)
        {
            var group = await scene.Target.QueryRowsAsync(string.Create(CultureInfo.InvariantCulture,
                $"SELECT {shown} FROM {scene.Table(table)} WHERE id BETWEEN {from} AND {from + 999} ORDER BY id"));
            Assert.True(expected.Length == group.Count, $"{group.Count} rows from {from} on");
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], group[i]);
        }
    }
}
