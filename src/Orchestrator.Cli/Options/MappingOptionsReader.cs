using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>Builds what a user decided about types and names of a source that is no PostgreSQL.</summary>
internal static class MappingOptionsReader
{
    public static MappingOptions Read(OptionReader read)
    {
        var types = Columns(read, OptionCatalog.ColumnTypes, "database.table.column=type");
        var names = Columns(read, OptionCatalog.ColumnNames, "database.table.column=name");
        return new MappingOptions
        {
            Schemas = read.Pairs(OptionCatalog.SchemaMap, k => k.Length > 0, "database=schema"),
            ZeroDates = read.Choice(OptionCatalog.ZeroDates, ("fail", ZeroDates.Fail), ("null", ZeroDates.Null), ("infinity", ZeroDates.Infinity)),
            TinyIntIsBoolean = read.Choice(OptionCatalog.TinyInt1, ("smallint", false), ("boolean", true)),
            Enums = read.Choice(OptionCatalog.Enums, ("native", EnumMapping.Native), ("check", EnumMapping.Check)),
            Columns = types.Keys.Union(names.Keys, StringComparer.Ordinal)
                .ToDictionary(c => c, c => new ColumnOverride(names.GetValueOrDefault(c), types.GetValueOrDefault(c)), StringComparer.Ordinal),
        };
    }

    private static IReadOnlyDictionary<string, string> Columns(OptionReader read, OptionSpec spec, string says) =>
        read.Pairs(spec, key => key.Count(c => c == '.') == 2, says);
}
