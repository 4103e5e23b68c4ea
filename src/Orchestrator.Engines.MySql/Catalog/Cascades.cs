using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Tells tables what the server does to others because of them: InnoDB's foreign key actions are not in the log.</summary>
internal static class Cascades
{
    /// <param name="sources">The source's tables.</param>
    /// <param name="tables">The same, mapped, in the same order.</param>
    public static IEnumerable<TableSchema> Add(IReadOnlyList<SourceTable> sources, IReadOnlyList<TableSchema> tables)
    {
        var byName = tables.ToDictionary(t => t.Origin!.Value);
        var cascades = sources.SelectMany(s => s.ForeignKeys.Where(k => IsAction(k.OnDelete) || IsAction(k.OnUpdate)).Where(k => byName.ContainsKey(k.To))
            .Select(k => (k.To, Cascade: Of(byName[s.Name], byName[k.To], k)))).ToLookup(c => c.To, c => c.Cascade);
        return tables.Select(t => cascades.Contains(t.Origin!.Value) ? t with { Cascades = [.. cascades[t.Origin!.Value]] } : t);
    }

    public static bool IsAction(string rule) => rule is "CASCADE" or "SET NULL" or "SET DEFAULT";

    private static Cascade Of(TableSchema child, TableSchema parent, SourceForeignKey key) => new(
        child.Table,
        [.. key.Columns.Select(c => child.Columns.First(x => x.Origin!.Name == c).Name)],
        [.. key.ToColumns.Select(c => parent.Copied.ToList().FindIndex(x => x.Origin!.Name == c))],
        ActionOf(key.OnDelete),
        ActionOf(key.OnUpdate));

    private static CascadeAction ActionOf(string rule) => rule switch
    {
        "CASCADE" => CascadeAction.Follow,
        "SET NULL" => CascadeAction.SetNull,
        _ => CascadeAction.None,
    };
}
