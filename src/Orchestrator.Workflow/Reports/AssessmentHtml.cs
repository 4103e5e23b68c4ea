using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Orchestrator.Core.Assessment;

namespace Orchestrator.Workflow.Reports;

/// <summary>
/// The assessment as one HTML page for people: verdict first, blockers first. Self-contained (no script, no external
/// file, its own Content-Security-Policy), and every value is encoded, because names and messages come from the databases.
/// </summary>
public static class AssessmentHtml
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Write(AssessmentReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Verdict(report)} · assessment · {Text(report.Source)}</title>
            <style>{AssessmentStyle.Css}</style>
            </head>
            <body>
            <header>
            <p class="brand">Orchestrator <span>Assessment</span></p>
            <h1>{Text(report.Source)} <span class="to">to</span> {Text(report.Target)}</h1>
            <p class="muted"><time datetime="{Iso(report.At)}">{Iso(report.At)}</time> · read-only: nothing was changed on either side</p>
            </header>
            <main>

            """);
        Summary(page, report);
        foreach (var severity in (Severity[])[Severity.Blocker, Severity.Warning, Severity.Note]) Group(page, report, severity);
        Measures(page, report.Measures);
        Columns(page, report.Columns);
        Checks(page, report);
        page.Append("</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Summary(StringBuilder page, AssessmentReport report)
    {
        var (blockers, warnings, notes) = (Count(report, Severity.Blocker), Count(report, Severity.Warning), Count(report, Severity.Note));
        var phases = report.Findings.Where(f => f.Severity == Severity.Blocker).Select(f => f.Blocks).Distinct().ToList();
        var sentence = report.IsBlocked
            ? $"{Many(blockers, "finding")} must be resolved before the migration can start. Blocked: {string.Join(", ", phases)}. The source is untouched and writable."
            : warnings > 0
                ? $"Nothing stands in the way. {Many(warnings, "finding")} should be read before the start."
                : "Nothing stands in the way.";
        page.Append(CultureInfo.InvariantCulture, $"""
            <section class="verdict {(report.IsBlocked ? "blocker" : "ready")}" aria-label="Verdict">
            <p class="word"><span aria-hidden="true">{(report.IsBlocked ? "⊘" : "✓")}</span> {Verdict(report)}</p>
            <p>{Text(sentence)}</p>
            </section>
            <ul class="tiles">
            <li><b>{blockers}</b> {(blockers == 1 ? "blocker" : "blockers")}</li>
            <li><b>{warnings}</b> {(warnings == 1 ? "warning" : "warnings")}</li>
            <li><b>{notes}</b> {(notes == 1 ? "note" : "notes")}</li>
            <li><b>{report.ChecksRun.Count}</b> checks made</li>
            </ul>

            """);
    }

    private static void Group(StringBuilder page, AssessmentReport report, Severity severity)
    {
        var findings = report.Findings.Where(f => f.Severity == severity).ToList();
        if (findings.Count == 0) return;
        var name = severity.ToString().ToLowerInvariant();
        var glyph = severity switch { Severity.Blocker => "⊘", Severity.Warning => "▲", _ => "i" };
        page.Append(CultureInfo.InvariantCulture, $"""
            <section aria-labelledby="{name}s">
            <h2 id="{name}s" class="{name}"><span aria-hidden="true">{glyph}</span> {severity}s <span class="count">{findings.Count}</span></h2>

            """);
        foreach (var finding in findings) One(page, finding, name);
        page.Append("</section>\n");
    }

    private static void One(StringBuilder page, Finding finding, string name)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            <article class="{name}">
            <h3>{Text(finding.Object)}</h3>
            <p class="tags"><code>{Text(finding.Id)}</code> <span>{(finding.Severity == Severity.Blocker ? "blocks" : "concerns")} {Text(finding.Blocks)}</span></p>
            <p>{Text(finding.Why)}</p>

            """);
        if (finding.Fix.Length > 0)
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"label\">What to do</p>\n<pre tabindex=\"0\">{Text(finding.Fix)}</pre>\n");
        page.Append("</article>\n");
    }

    private static void Measures(StringBuilder page, AssessmentMeasures measures) =>
        page.Append(CultureInfo.InvariantCulture, $"""
            <section aria-labelledby="measures">
            <h2 id="measures">Sizes and expectations</h2>
            <dl>
            <div><dt>Tables to move</dt><dd>{measures.Tables:N0}</dd></div>
            <div><dt>Table data</dt><dd title="{measures.Bytes:N0} bytes">{Units.Bytes(measures.Bytes)}</dd></div>
            <div><dt>Indexes</dt><dd title="{measures.IndexBytes:N0} bytes">{Units.Bytes(measures.IndexBytes)}</dd></div>
            <div><dt>Log written per second</dt><dd>{Units.Bytes(measures.LogBytesPerSecond)}/s</dd></div>
            <div><dt>Full load, indexes included</dt><dd>~{Units.Duration(measures.LoadSeconds)}</dd></div>
            <div><dt>Write pause at cutover</dt><dd>~{Units.Duration(measures.PauseSeconds)}</dd></div>
            </dl>
            <p class="muted">{Text(measures.Basis)}</p>
            </section>

            """);

    private static void Columns(StringBuilder page, IReadOnlyList<ColumnMapping> columns)
    {
        if (columns.Count == 0) return;
        page.Append(CultureInfo.InvariantCulture, $"""
            <details>
            <summary>What becomes of {Many(columns.Count, "column")}</summary>
            <div class="scroll"><table>
            <thead><tr><th scope="col">Source</th><th scope="col">Type there</th><th scope="col">Target</th><th scope="col">Type there</th><th scope="col">Conversion</th></tr></thead>
            <tbody>

            """);
        foreach (var c in columns)
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text($"{c.SourceTable}.{c.SourceColumn}")}</td><td><code>{Text(c.SourceType)}</code></td><td>{Text($"{c.Table}.{c.Column}")}</td><td><code>{Text(c.Type)}</code></td><td>{Text(c.Conversion)}</td></tr>\n");
        page.Append("</tbody></table></div>\n</details>\n");
    }

    private static void Checks(StringBuilder page, AssessmentReport report)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            <details>
            <summary>All {report.ChecksRun.Count} checks that were made</summary>
            <div class="scroll"><table>
            <thead><tr><th scope="col">Check</th><th scope="col">What it looks at</th><th scope="col">Result</th></tr></thead>
            <tbody>

            """);
        foreach (var label in report.ChecksRun.Select(CheckLabel.Parse))
        {
            var found = report.Findings.Where(f => f.Id == label.Id).ToList();
            var worst = found.Count == 0 ? "ok" : found.Max(f => f.Severity).ToString().ToLowerInvariant();
            page.Append(CultureInfo.InvariantCulture, $"<tr><td><code>{Text(label.Id)}</code></td><td>{Text(label.Title)}</td><td class=\"{worst}\">{(found.Count == 0 ? "ok" : Many(found.Count, worst))}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n</details>\n");
    }

    private static string Verdict(AssessmentReport report) => report.IsBlocked ? "Blocked" : "Ready";

    private static int Count(AssessmentReport report, Severity severity) => report.Findings.Count(f => f.Severity == severity);

    private static string Many(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'");

    private static string Text(string text) => Encoder.Encode(text);
}
