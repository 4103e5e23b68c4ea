using System.Text;
using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>The least and the greatest value of a column; either may be missing.</summary>
internal sealed class ValueRange
{
    private readonly ColumnRules _rules;
    private readonly bool _isDate;
    private readonly ExactNumber? _min;
    private readonly ExactNumber? _max;
    private readonly string? _minDate;
    private readonly string? _maxDate;

    private ValueRange(ColumnRules rules, string form)
    {
        _rules = rules;
        _isDate = form is CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment;
        if (_isDate) (_minDate, _maxDate) = (DateOf(rules.Min, form), DateOf(rules.Max, form));
        else (_min, _max) = (NumberOf(rules.Min), NumberOf(rules.Max));
    }

    /// <summary>Null: none was asked for.</summary>
    /// <param name="rules">Of the column.</param>
    /// <param name="form">Text its values are compared by.</param>
    public static ValueRange? Of(ColumnRules rules, string? form) => rules is { Min: null, Max: null } || form is null || ProblemOf(rules, form) is not null ? null : new ValueRange(rules, form);

    /// <summary>Why the column cannot have this range; null: it can.</summary>
    public static string? ProblemOf(ColumnRules rules, string? form)
    {
        if (rules is { Min: null, Max: null }) return null;
        if (form is not (CanonicalForm.Integer or CanonicalForm.Numeric or CanonicalForm.Float or CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment))
            return "has a least or greatest value, which only numbers and dates can have";
        var isDate = form is CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment;
        var wrong = new[] { rules.Min, rules.Max }.FirstOrDefault(b => b is not null && (isDate ? DateOf(b, form) is null : NumberOf(b) is null));
        return wrong is null ? null : $"has the bound {wrong}, which is no {(isDate ? "date such as 2024-02-29 or 2024-02-29T23:59:59" : "number")}";
    }

    /// <summary>What is wrong with a value; null: nothing.</summary>
    /// <param name="written">As it goes to the target or is compared.</param>
    public string? ProblemOf(ReadOnlySpan<byte> written)
    {
        var text = Encoding.UTF8.GetString(written);
        var (below, above) = _isDate ? Dates(text) : Numbers(text);
        return below ? $"is {text}, less than {_rules.Min}" : above ? $"is {text}, more than {_rules.Max}" : null;
    }

    private (bool Below, bool Above) Dates(string text)
    {
        // The zone at the end of what is written is UTC, always.
        var date = text.EndsWith("+00", StringComparison.Ordinal) ? text[..^3] : text;
        return (_minDate is not null && string.CompareOrdinal(date, _minDate) < 0, _maxDate is not null && string.CompareOrdinal(date, _maxDate) > 0);
    }

    private (bool Below, bool Above) Numbers(string text)
    {
        if (!ExactNumber.TryParse(text, out var value)) return (_min is not null && text.StartsWith('-'), _max is not null && !text.StartsWith('-')); // an infinity
        return (_min is { } min && value.CompareTo(min) < 0, _max is { } max && value.CompareTo(max) > 0);
    }

    private static ExactNumber? NumberOf(string? bound) => bound is not null && ExactNumber.TryParse(bound, out var number) ? number : null;

    private static string? DateOf(string? bound, string form) => bound is not null && DateText.TryParse(form, bound, out var date) ? DateText.Canonical(form, date) : null;
}
