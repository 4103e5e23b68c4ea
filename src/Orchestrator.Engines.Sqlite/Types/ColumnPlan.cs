using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>How the values of one column are read, from the column as planned.</summary>
internal sealed class ColumnPlan
{
    /// <summary>Digits behind the point of a second, as PostgreSQL keeps them.</summary>
    private const int MostFractionDigits = 6;

    public ColumnPlan(ColumnSchema column)
    {
        Column = column;
        Name = column.Origin!.Name;
        Target = column.CastType;
        Form = CanonicalForm.Of(column.CastType, isEnum: false);
        Rules = ColumnRules.Parse(column.Origin.Conversion);
        Range = ValueRange.Of(Rules, Form);
        IsPadded = column.CastType is "bpchar" or "character";
        var modifiers = TypeModifiers.Of(column.Type);
        if (Form == CanonicalForm.Numeric && modifiers is [var precision, ..]) Decimal = (precision, modifiers is [_, var scale] ? scale : 0);
        if (Form == CanonicalForm.Text && modifiers is [var length]) MaxLength = length;
        FractionDigits = Form is CanonicalForm.Timestamp or CanonicalForm.Moment && modifiers is [var digits] ? digits : MostFractionDigits;
    }

    public ColumnSchema Column { get; }

    /// <summary>Name on the source.</summary>
    public string Name { get; }

    /// <summary>Type on the target, without modifiers.</summary>
    public string Target { get; }

    /// <summary>The text values are compared by, which is also how they are written.</summary>
    public string? Form { get; }

    public ColumnRules Rules { get; }

    /// <summary>Null: any value will do.</summary>
    public ValueRange? Range { get; }

    /// <summary>Blanks at the end mean nothing, and the target cuts them off.</summary>
    public bool IsPadded { get; }

    /// <summary>Of numeric: all digits, and those behind the point; null: as many as it likes.</summary>
    public (int Precision, int Scale)? Decimal { get; }

    /// <summary>Characters a text has at most; null: as many as it likes.</summary>
    public int? MaxLength { get; }

    /// <summary>Digits behind the point of a second.</summary>
    public int FractionDigits { get; }

    /// <summary>A value its type cannot hold as it is; the reader adds the table.</summary>
    public OrchestratorException Refuses(RowCursor row, string what) => new(
        ErrorKind.Data, "E-VALUE-001", $"Column {Name} ({Column.Origin!.Type}), {row.Name}, {what}.",
        "Change the value in the file, or give the column another type in the configuration file, then start again.")
    {
        Column = Name, Key = row.Name,
    };

    /// <summary>A value that is not what the user wants the column's to be.</summary>
    public OrchestratorException Breaks(RowCursor row, string what) => new(
        ErrorKind.Data, "E-VALUE-003", $"Column {Name}, {row.Name}, {what}.", "Change the value in the file, or change --column-checks, then start again.")
    {
        Column = Name, Key = row.Name,
    };
}
