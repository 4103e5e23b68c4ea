using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>What the user wants of single columns, by <c>file.table.column</c> or for all files at once by <c>*.table.column</c>.</summary>
internal sealed class ColumnWishes(IReadOnlyDictionary<string, ColumnOverride> columns)
{
    private static readonly ColumnOverride Nothing = new(null, null);

    /// <summary>What is said of one file goes before what is said of all.</summary>
    public ColumnOverride Of(TableRef table, string column)
    {
        var (one, all) = (columns.GetValueOrDefault($"{table}.{column}"), columns.GetValueOrDefault($"*.{table.Name}.{column}"));
        if (one is null || all is null) return one ?? all ?? Nothing;
        return new ColumnOverride(one.Name ?? all.Name, one.Type ?? all.Type)
        {
            Conversion = one.Conversion == ColumnConversion.None ? all.Conversion : one.Conversion,
            Check = one.Check ?? all.Check,
        };
    }

    /// <exception cref="OrchestratorException">Configuration <c>E-CFG-011</c>: a wish is about a column that is not there.</exception>
    public void RequireKnown(IEnumerable<SourceTable> tables)
    {
        var known = tables.SelectMany(t => t.Columns.SelectMany(c => new[] { $"{t.Name}.{c.Name}", $"*.{t.Name.Name}.{c.Name}" })).ToHashSet(StringComparer.Ordinal);
        if (columns.Keys.FirstOrDefault(c => !known.Contains(c)) is { } missed)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-011", $"The source has no column '{missed}'.",
                "Columns are file.table.column, or *.table.column for all files; the file without its extension, names as it spells them.");
        }
    }
}
