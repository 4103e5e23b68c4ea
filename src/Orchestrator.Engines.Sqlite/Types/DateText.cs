using System.Globalization;
using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>Dates written as text, for columns that the user wants to be dates (https://www.sqlite.org/lang_datefunc.html, formats 1 to 7).</summary>
internal static class DateText
{
    private static readonly string[] Days = ["yyyy-MM-dd"];

    private static readonly string[] Times =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFF"];

    private static readonly string[] Zones = [.. Times.SelectMany(t => new[] { t, t + "zzz", t + "Z" })];

    /// <summary>A moment without a zone is in UTC, as SQLite has it.</summary>
    /// <param name="form">Date, timestamp or moment of <see cref="CanonicalForm"/>.</param>
    /// <param name="text">The text.</param>
    /// <param name="value">In UTC.</param>
    public static bool TryParse(string form, string text, out DateTime value)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var formats = form switch { CanonicalForm.Date => Days, CanonicalForm.Timestamp => Times, _ => Zones };
        return DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, utc, out value);
    }

    public static string Canonical(string form, DateTime value) =>
        value.ToString(form == CanonicalForm.Date ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
