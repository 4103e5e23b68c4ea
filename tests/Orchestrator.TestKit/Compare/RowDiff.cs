using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>Names the first rows that differ, by walking both sides in hash order: bounded memory at any size.</summary>
internal static class RowDiff
{
    private const int Shown = 5;
    private const int LongestRow = 400;

    public static async Task AppendAsync(
        NpgsqlConnection left, NpgsqlConnection right, string table, IReadOnlyList<string> columns, List<string> differences)
    {
        await using var leftCommand = new NpgsqlCommand(CompareSql.Rows(table, columns), left) { CommandTimeout = 0 };
        await using var rightCommand = new NpgsqlCommand(CompareSql.Rows(table, columns), right) { CommandTimeout = 0 };
        await using var leftReader = await leftCommand.ExecuteReaderAsync();
        await using var rightReader = await rightCommand.ExecuteReaderAsync();
        var haveLeft = await leftReader.ReadAsync();
        var haveRight = await rightReader.ReadAsync();
        var shown = 0;
        while (shown < Shown && (haveLeft || haveRight))
        {
            var order = (haveLeft, haveRight) switch
            {
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(leftReader.GetString(0), rightReader.GetString(0)),
            };
            if (order != 0)
            {
                differences.Add(Describe(table, order < 0 ? "source" : "target", (order < 0 ? leftReader : rightReader).GetString(1)));
                shown++;
            }
            if (order <= 0)
                haveLeft = await leftReader.ReadAsync();
            if (order >= 0)
                haveRight = await rightReader.ReadAsync();
        }
        if (shown == Shown)
            differences.Add($"{table}: only the first {Shown} differing rows are shown");
    }

    private static string Describe(string table, string side, string row)
        => $"{table}: only on the {side}: {(row.Length <= LongestRow ? row : row[..LongestRow] + "...")}";
}
