using System.Text.Json;
using Orchestrator.Core.Assessment;
using Orchestrator.Workflow.Reports;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

public sealed class AssessmentReportFilesTests
{
    private static readonly AssessmentReport Report = new(
        "db1:5432/shop<b>", "db2:5432/shop", new DateTimeOffset(2026, 11, 21, 14, 2, 9, 120, TimeSpan.Zero),
        ["F-KEY-002 Every table has a key", "F-SEQ-001 Sequences"],
        [
            new Finding("F-KEY-002", Severity.Blocker, "public.\"><script>alert(1)</script>", "has no key & no 'identity' <img src=x>", "ALTER TABLE \"a<b\" ADD PRIMARY KEY (x);", "cdc"),
            new Finding("F-SEQ-001", Severity.Note, "3 sequences", "are set", "", "cutover"),
        ],
        new AssessmentMeasures(3, 1_610_612_736, 1024, 2048, 245, 0.6, "~ estimates <i>"));

    [Fact]
    public void Page_encodes_everything_that_comes_from_a_database()
    {
        var page = AssessmentHtml.Write(Report);
        foreach (var raw in (string[])["<script", "<img", "shop<b>", "\"a<b\"", "<i>"])
            Assert.DoesNotContain(raw, page, StringComparison.Ordinal);
        Assert.Contains("public.&quot;&gt;&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("ALTER TABLE &quot;a&lt;b&quot;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_needs_nothing_from_outside_and_says_the_verdict_first()
    {
        var page = AssessmentHtml.Write(Report);
        foreach (var outside in (string[])["http://", "https://", " src=\"", "<link", "@import", "url("])
            Assert.DoesNotContain(outside, page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("Blocked", page.IndexOf("<main>", StringComparison.Ordinal), StringComparison.Ordinal) < page.IndexOf("<article", StringComparison.Ordinal));
        Assert.True(page.IndexOf("class=\"blocker\"", StringComparison.Ordinal) < page.IndexOf("class=\"note\"", StringComparison.Ordinal));
        foreach (var shown in (string[])["1.5 GiB", "~4 min 05 s", "~600 ms", "2.0 KiB/s", "1 finding must be resolved"])
            Assert.Contains(shown, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_snake_case_with_units_and_enums_as_words()
    {
        using var json = JsonDocument.Parse(AssessmentJson.Write(Report));
        var root = json.RootElement;
        Assert.Equal("blocked", root.GetProperty("verdict").GetString());
        Assert.Equal("2026-11-21T14:02:09.120Z", root.GetProperty("at").GetString());
        var finding = root.GetProperty("findings")[0];
        Assert.Equal("blocker", finding.GetProperty("severity").GetString());
        Assert.Equal("public.\"><script>alert(1)</script>", finding.GetProperty("object").GetString());
        Assert.Equal(245_000, root.GetProperty("measures").GetProperty("predicted_load_ms").GetInt64());
        Assert.Equal(1_610_612_736, root.GetProperty("measures").GetProperty("table_bytes").GetInt64());
        Assert.Equal("Every table has a key", root.GetProperty("checks")[0].GetProperty("title").GetString());
    }
}
