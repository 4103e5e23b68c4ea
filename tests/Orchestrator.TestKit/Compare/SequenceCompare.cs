using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>Compares where the sequences of both sides stand.</summary>
internal static class SequenceCompare
{
    public static async Task RunAsync(NpgsqlConnection left, NpgsqlConnection right, SequenceRule rule, List<string> differences)
    {
        var names = await FullCompare.ListAsync(left, CompareSql.UserSequences);
        var rightNames = await FullCompare.ListAsync(right, CompareSql.UserSequences);
        FullCompare.DiffNames("sequence", names, rightNames, differences);
        foreach (var name in names.Intersect(rightNames))
        {
            var source = await ReadAsync(left, name);
            var target = await ReadAsync(right, name);
            if (source.Definition != target.Definition)
                differences.Add($"sequence {name}: source is {source.Definition}, target is {target.Definition}");
            else if (!Fits(source, target, rule))
                differences.Add(string.Create(CultureInfo.InvariantCulture,
                    $"sequence {name}: source stands at {source.Last} (called {source.Called}), target at {target.Last} (called {target.Called})"));
        }
    }

    private static bool Fits(State source, State target, SequenceRule rule)
    {
        if (rule == SequenceRule.Equal || source.Increment == 0)
            return source == target;
        var (sourceNext, targetNext) = (source.Next, target.Next);
        return source.Increment > 0 ? targetNext >= sourceNext : targetNext <= sourceNext;
    }

    private static async Task<State> ReadAsync(NpgsqlConnection connection, string name)
    {
        var sql = "SELECT s.last_value, s.is_called, q.seqincrement, format_type(q.seqtypid, NULL) || ' start ' || q.seqstart || ' by ' "
            + "|| q.seqincrement || ' from ' || q.seqmin || ' to ' || q.seqmax || ' cache ' || q.seqcache || ' cycle ' || q.seqcycle "
            + $"FROM {name} s, pg_sequence q WHERE q.seqrelid = '{name.Replace("'", "''", StringComparison.Ordinal)}'::regclass";
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new State(reader.GetInt64(0), reader.GetBoolean(1), reader.GetInt64(2), reader.GetString(3));
    }

    private sealed record State(long Last, bool Called, long Increment, string Definition)
    {
        public Int128 Next => Called ? (Int128)Last + Increment : Last;
    }
}
