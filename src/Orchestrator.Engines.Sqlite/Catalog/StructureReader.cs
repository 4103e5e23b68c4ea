using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Says what becomes of every part of the files.</summary>
internal sealed class StructureReader(SqliteCatalog catalog) : IStructureReader
{
    public async Task<TargetStructure> ReadAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var contents = await catalog.ContentsAsync(ct);
        var sources = contents.SelectMany(c => c.Tables).ToDictionary(t => t.Name);
        var pairs = tables.Where(t => sources.ContainsKey(t.Origin!.Value)).Select(t => (Source: sources[t.Origin!.Value], Target: t)).ToList();
        RequireDistinct(tables);
        var left = contents.SelectMany(c => c.Others).Select(o => new LeftBehind(o.Kind, o.Name, "is not moved; write it anew for PostgreSQL")).ToList();
        var names = new Dictionary<string, TargetNames>(StringComparer.Ordinal);
        foreach (var (_, target) in pairs)
        {
            var register = names.TryGetValue(target.Table.Schema, out var known) ? known : names[target.Table.Schema] = new TargetNames();
            register.Take(target.Table.Name);
            foreach (var column in target.Columns.Where(c => c.Kind == ColumnKind.IdentityByDefault))
                register.Take(SqliteCatalog.SequenceOf(target.Table, column.Name).Name);
        }

        var moved = pairs.ToDictionary(p => p.Source.Name);
        return new TargetStructure
        {
            Enums = [],
            Tables = pairs.ConvertAll(p => new TableStructureMapper(p.Source, p.Target, moved, names[p.Target.Table.Schema], left).Map()),
            LeftBehind = left,
        };
    }

    /// <summary>Two tables under one name, or two columns of one table, would become one.</summary>
    private static void RequireDistinct(IReadOnlyList<TableSchema> tables)
    {
        var names = tables.Select(t => (Name: t.Table, Of: t.Origin!.Value.ToString()))
            .Concat(tables.SelectMany(t => t.Columns.Where(c => c.Kind == ColumnKind.IdentityByDefault).Select(c => (Name: SqliteCatalog.SequenceOf(t.Table, c.Name), Of: $"the sequence of {t.Origin}"))));
        var clashes = names.GroupBy(n => n.Name).Where(g => g.Count() > 1).Select(g => $"{string.Join(" and ", g.Select(n => n.Of))} would both be {g.Key}")
            .Concat(tables.SelectMany(t => t.Columns.GroupBy(c => c.Name, StringComparer.Ordinal).Where(g => g.Count() > 1)
                .Select(g => $"columns {string.Join(" and ", g.Select(c => c.Origin!.Name))} of {t.Origin} would both be {g.Key}"))).ToList();
        if (clashes.Count > 0)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-MAP-001", $"Names collide on the target: {string.Join("; ", clashes)}.",
                "Give a file a schema or a prefix of its own: sqlite:///path/file.db?schema=name or ?prefix=text.");
        }
    }
}
