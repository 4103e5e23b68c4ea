using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>Draws random inserts, updates and deletes for one table, knowing its columns and some of its keys.</summary>
internal sealed class WriterTable
{
    private const int KnownKeys = 1000;

    private readonly string _name;
    private readonly WriterColumn[] _columns;
    private readonly WriterColumn[] _key;
    private readonly WriterColumn[] _changeable;
    private readonly string?[][] _keys;

    private WriterTable(string name, WriterColumn[] columns, string?[][] keys)
    {
        (_name, _columns, _keys) = (name, columns, keys);
        _key = [.. columns.Where(c => c.InKey)];
        _changeable = [.. columns.Where(c => !c.InKey && c.Reference == 0 && c.Draw(new Random(1)) is not null)];
    }

    /// <summary>Reads the table's definition and a random sample of its keys.</summary>
    public static async Task<WriterTable> LearnAsync(string connectionString, string name, int seed)
    {
        var rows = await PgText.QueryRowsAsync(connectionString, WriterColumn.ListSql(name));
        var columns = rows.Select(r => new WriterColumn(r[0]!, r[1]!, int.Parse(r[2]!, CultureInfo.InvariantCulture),
            r[3] == "t", long.Parse(r[4]!, CultureInfo.InvariantCulture), r[5] == "t", r[6] == "t")).ToArray();
        var key = string.Join(", ", columns.Where(c => c.InKey).Select(c => c.Name));
        if (key.Length == 0)
            throw new ArgumentException($"{name} has no primary key", nameof(name));
        var keys = await PgText.QueryRowsAsync(connectionString,
            $"SELECT {key} FROM {name} ORDER BY md5(ROW({key})::text || '{seed}') LIMIT {KnownKeys}");
        return new WriterTable(name, columns, [.. keys]);
    }

    /// <summary>One statement; it may hit no row or break a constraint, as an application's does.</summary>
    public string DrawStatement(Random random, (double Insert, double Update, double Delete) mix)
    {
        var choice = random.NextDouble() * (mix.Insert + mix.Update + mix.Delete);
        if (choice < mix.Insert || _keys.Length == 0)
            return Insert(random);
        return choice < mix.Insert + mix.Update && _changeable.Length > 0 ? Update(random) : $"DELETE FROM {_name} WHERE {KeyEquals(random)}";
    }

    private string Update(Random random)
    {
        var changed = _changeable.Where(_ => random.Next(3) == 0).DefaultIfEmpty(_changeable[random.Next(_changeable.Length)]);
        return $"UPDATE {_name} SET {string.Join(", ", changed.Select(c => $"{c.Name} = {c.Draw(random)}"))} WHERE {KeyEquals(random)}";
    }

    /// <summary>A new row that borrows from an existing one what cannot be made up (references, enums, arrays).</summary>
    private string Insert(Random random)
    {
        var columns = _columns.Where(c => !c.FillsItself).ToArray();
        var donors = new Dictionary<long, string?[]>();
        var values = columns.Select(c => c.InKey ? NewKey(c, random, donors)
            : c.Reference != 0 ? "x." + c.Name : c.Draw(random) ?? "x." + c.Name).ToArray();
        var borrows = values.Any(v => v.StartsWith("x.", StringComparison.Ordinal));
        return $"INSERT INTO {_name} ({string.Join(", ", columns.Select(c => c.Name))}) SELECT {string.Join(", ", values)}"
            + (borrows ? _keys.Length > 0 ? $" FROM {_name} x WHERE {KeyEquals(random)}" : $" FROM {_name} x LIMIT 1" : "");
    }

    /// <summary>Columns of one foreign key come from one known row, different foreign keys from different rows.</summary>
    private string NewKey(WriterColumn column, Random random, Dictionary<long, string?[]> donors)
    {
        if (column.Reference == 0)
        {
            return column.Type switch
            {
                "int2" => $"{random.Next(1000, short.MaxValue)}",
                "int4" or "int8" => $"{random.Next(1_000_000, int.MaxValue)}",
                _ => column.Draw(random) ?? "x." + column.Name,
            };
        }
        if (_keys.Length == 0)
            return "x." + column.Name;
        if (!donors.TryGetValue(column.Reference, out var donor))
            donors[column.Reference] = donor = _keys[random.Next(_keys.Length)];
        return Literal(donor[Array.IndexOf(_key, column)]);
    }

    private string KeyEquals(Random random)
    {
        var values = _keys[random.Next(_keys.Length)];
        return string.Join(" AND ", _key.Select((c, i) => $"{c.Name} = {Literal(values[i])}"));
    }

    private static string Literal(string? value) => "'" + value!.Replace("'", "''", StringComparison.Ordinal) + "'";
}
