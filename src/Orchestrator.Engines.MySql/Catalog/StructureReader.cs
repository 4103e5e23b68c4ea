using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Reads the source's structure and says what becomes of every part of it.</summary>
internal sealed class StructureReader(MySqlSession session, MappingOptions options) : IStructureReader
{
    private readonly TableMapper _mapper = new(options);

    public async Task<TargetStructure> ReadAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        var reader = new CatalogReader(connection, session.Databases);
        var sources = (await reader.TablesAsync(ct)).ToDictionary(t => t.Name);
        var pairs = tables.Where(t => sources.ContainsKey(t.Origin!.Value)).Select(t => (Source: sources[t.Origin!.Value], Target: t)).ToList();
        RequireDistinct(tables);
        var left = (await reader.OthersAsync(ct)).Select(o => new LeftBehind(o.Kind, o.Name.ToString(), "not moved; write anew for PostgreSQL what is needed")).ToList();
        var names = new Dictionary<string, TargetNames>(StringComparer.Ordinal);
        foreach (var (source, target) in pairs)
        {
            var register = names.TryGetValue(target.Table.Schema, out var known) ? known : names[target.Table.Schema] = new TargetNames();
            register.Take(target.Table.Name);
            foreach (var column in target.Columns.Where(c => c.Kind == ColumnKind.IdentityByDefault))
                register.Take(MySqlCatalog.SequenceOf(target.Table, column.Name).Name);
        }

        var structures = pairs.ConvertAll(p => new TableStructureMapper(p.Source, p.Target, pairs.ToDictionary(x => x.Source.Name), names[p.Target.Table.Schema], connection.IsMariaDb, left).Map());
        return new TargetStructure { Enums = EnumsOf(pairs), Tables = structures, LeftBehind = left };
    }

    private List<EnumStructure> EnumsOf(IEnumerable<(SourceTable Source, TableSchema Target)> pairs) =>
    [
        .. from pair in pairs
           from column in pair.Target.Columns
           let type = MySqlType.Parse(column.Origin!.Type)
           let name = _mapper.EnumOf(pair.Source.Name, column.Origin!.Name)
           where type.Name == "enum" && column.CastType == $"{TypeMap.Quote(name.Schema)}.{TypeMap.Quote(name.Name)}"
           select new EnumStructure(name, type.Labels),
    ];

    /// <summary>Two tables under one name, or two columns of one table, would become one.</summary>
    private static void RequireDistinct(IReadOnlyList<TableSchema> tables)
    {
        var clashes = tables.GroupBy(t => t.Table).Where(g => g.Count() > 1).Select(g => $"{string.Join(" and ", g.Select(t => t.Origin))} would both be {g.Key}")
            .Concat(tables.SelectMany(t => t.Columns.GroupBy(c => c.Name).Where(g => g.Count() > 1)
                .Select(g => $"columns {string.Join(" and ", g.Select(c => c.Origin!.Name))} of {t.Origin} would both be {g.Key}"))).ToList();
        if (clashes.Count > 0)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-MAP-001", string.Create(CultureInfo.InvariantCulture, $"Names collide on the target: {string.Join("; ", clashes)}."),
                "Give databases schemas of their own with --schema-map, or columns other names in the configuration file.");
        }
    }
}
