using Orchestrator.Core.Model;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>A column of a file.</summary>
/// <param name="Table">The file's label and the table's name.</param>
/// <param name="Column">Its name.</param>
/// <param name="IsKey">It alone is the primary key.</param>
internal sealed record TiedColumn(TableRef Table, string Column, bool IsKey)
{
    public override string ToString() => $"{Table}.{Column}";
}

/// <summary>Columns that foreign keys tie together, over any number of tables: what becomes of the values of one becomes of all.</summary>
/// <param name="All">Every one, by name.</param>
/// <param name="Ends">Those that refer to no other.</param>
internal sealed record TiedColumns(IReadOnlyList<TiedColumn> All, IReadOnlyList<TiedColumn> Ends)
{
    public static TiedColumns None { get; } = new([], []);

    /// <summary>Gives every column of a file those it is tied to, itself among them.</summary>
    public static List<SourceTable> Tie(List<SourceTable> tables)
    {
        var columns = tables.SelectMany(t => t.Columns.Select(c => new TiedColumn(t.Name, c.Name, c.KeyPlace > 0 && t.PrimaryKey.Count() == 1)))
            .ToDictionary(c => (c.Table, c.Column));
        var pairs = tables.SelectMany(t => t.ForeignKeys.SelectMany(k => k.Columns.Zip(k.ToColumns, (from, to) => (From: (t.Name, from), To: (t.Name with { Name = k.To }, to)))))
            .Where(p => p.From != p.To && columns.ContainsKey(p.From) && columns.ContainsKey(p.To)).ToList();
        var refers = pairs.Select(p => p.From).ToHashSet();
        var group = columns.Keys.ToDictionary(c => c, c => new HashSet<(TableRef, string)> { c });
        foreach (var (from, to) in pairs)
        {
            if (group[from] == group[to]) continue;
            group[from].UnionWith(group[to]);
            foreach (var member in group[to].ToList()) group[member] = group[from];
        }

        var tied = group.Values.Distinct().ToDictionary(g => g, g => new TiedColumns(Named(g), Named(g.Where(c => !refers.Contains(c)))));
        return tables.ConvertAll(t => t with { Columns = [.. t.Columns.Select(c => c with { Tied = tied[group[(t.Name, c.Name)]] })] });

        IReadOnlyList<TiedColumn> Named(IEnumerable<(TableRef, string)> members) => [.. members.Select(m => columns[m]).OrderBy(c => c.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The key whose values all of them become UUIDs of.</summary>
    /// <param name="isAsked">Whether the user wants UUIDs of a column.</param>
    /// <returns>Null and null: nobody asked for it. A problem: it cannot be done.</returns>
    public (TiedColumn? Key, string? Problem) KeyFor(Func<TiedColumn, bool> isAsked)
    {
        var asked = All.Where(isAsked).ToList();
        if (asked.Count == 0) return (null, null);
        if (asked.Find(a => !a.IsKey) is { } other) return (null, $"{other} is not the whole primary key of its table: only that can become a UUID");
        return Ends switch
        {
            // They only refer to each other.
            [] => (asked[0], null),
            [var end] when isAsked(end) => (end, null),
            [var end] => (null, $"{asked[0]} refers to {end}, which stays as it is: ask for the UUIDs of that one"),
            _ => (null, $"foreign keys tie {asked[0]} to several keys, {string.Join(" and ", Ends)}: their UUIDs would differ"),
        };
    }
}
