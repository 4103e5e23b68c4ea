using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>How the values of one column are read, from the column as planned.</summary>
internal sealed class ColumnPlan(ColumnSchema column)
{
    public ColumnSchema Column { get; } = column;

    /// <summary>Name on the source.</summary>
    public string Name { get; } = column.Origin!.Name;

    /// <summary>Type on the target, without modifiers.</summary>
    public string Target { get; } = column.CastType;

    /// <summary>The text values are compared by, which is also how they are written.</summary>
    public string? Form { get; } = CanonicalForm.Of(column.CastType, isEnum: false);

    /// <summary>Characters a value has at most; null: as many as it likes. Blanks beyond them are what the target cuts off.</summary>
    public bool IsPadded { get; } = column.CastType is "bpchar" or "character";
}
