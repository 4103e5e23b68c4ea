using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>Builds what a user decided about types and names of a source that is no PostgreSQL.</summary>
internal static class MappingOptionsReader
{
    public static MappingOptions Read(OptionReader read)
    {
        var types = Columns(read, OptionCatalog.ColumnTypes, "database.table.column=type");
        var names = Columns(read, OptionCatalog.ColumnNames, "database.table.column=name");
        var conversions = Columns(read, OptionCatalog.ColumnConversions, "file.table.column=conversion");
        var checks = Columns(read, OptionCatalog.ColumnChecks, "file.table.column=required min:0 max:150");
        return new MappingOptions
        {
            Schemas = read.Pairs(OptionCatalog.SchemaMap, k => k.Length > 0, "database=schema"),
            ZeroDates = read.Choice(OptionCatalog.ZeroDates, ("fail", ZeroDates.Fail), ("null", ZeroDates.Null), ("infinity", ZeroDates.Infinity)),
            TinyIntIsBoolean = read.Choice(OptionCatalog.TinyInt1, ("smallint", false), ("boolean", true)),
            Enums = read.Choice(OptionCatalog.Enums, ("native", EnumMapping.Native), ("check", EnumMapping.Check)),
            UuidNamespace = Guid.TryParseExact(read.Matching(OptionCatalog.UuidNamespace, u => Guid.TryParseExact(u, "D", out _), "must be a UUID such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "D", out var space) ? space : default,
            RejectLimit = read.Number(OptionCatalog.RejectLimit, 0, 1_000_000),
            Columns = types.Keys.Union(names.Keys, StringComparer.Ordinal).Union(conversions.Keys, StringComparer.Ordinal).Union(checks.Keys, StringComparer.Ordinal).ToDictionary(
                c => c,
                c => new ColumnOverride(names.GetValueOrDefault(c), types.GetValueOrDefault(c))
                {
                    Conversion = conversions.TryGetValue(c, out var word) ? Conversion(read, word) : ColumnConversion.None,
                    Check = checks.TryGetValue(c, out var words) ? Check(read, words) : null,
                },
                StringComparer.Ordinal),
        };
    }

    private static IReadOnlyDictionary<string, string> Columns(OptionReader read, OptionSpec spec, string says) =>
        read.Pairs(spec, key => key.Count(c => c == '.') >= 2, says);

    private static ColumnConversion Conversion(OptionReader read, string word) => read.Choice(
        OptionCatalog.ColumnConversions, word,
        ("uuid-v5", ColumnConversion.UuidV5), ("unix-seconds", ColumnConversion.UnixSeconds), ("unix-milliseconds", ColumnConversion.UnixMilliseconds), ("julian-day", ColumnConversion.JulianDay));

    private static ColumnCheck Check(OptionReader read, string words)
    {
        var check = new ColumnCheck(false, null, null);
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            check = word switch
            {
                "required" when !check.Required => check with { Required = true },
                ['m', 'i', 'n', ':', .. var least] when least.Length > 0 && check.Min is null => check with { Min = least },
                ['m', 'a', 'x', ':', .. var most] when most.Length > 0 && check.Max is null => check with { Max = most },
                _ => read.Wrong(OptionCatalog.ColumnChecks, "must be required, min:VALUE or max:VALUE, each once, with blanks between", word, check),
            };
        }

        return check;
    }
}
