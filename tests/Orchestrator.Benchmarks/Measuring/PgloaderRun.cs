using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The competitor for sources that are not PostgreSQL: pgloader with its defaults and 2 workers.</summary>
internal static partial class PgloaderRun
{
    /// <summary>Measures pgloader with a whole database, its indexes included, and what it says itself of its copy.</summary>
    /// <param name="scratch">Directory for its command file.</param>
    /// <param name="source">URL as pgloader writes it.</param>
    /// <param name="target">An empty database.</param>
    /// <param name="rows">Rows that must have arrived in <c>wide</c>.</param>
    /// <param name="samples">Takes <c>pgloader</c> and <c>pgloader_copy</c>.</param>
    public static async Task MeasureAsync(string scratch, string source, PgDatabase target, long rows, Samples samples)
    {
        var file = Path.Combine(scratch, "pgloader.load");
        await File.WriteAllTextAsync(file, $"LOAD DATABASE FROM {source} INTO {target.Url} WITH workers = 2, concurrency = 1;\n");
        var summary = Path.Combine(scratch, "pgloader.summary");
        File.Delete(summary);
        var seconds = await Timed.ShellAsync("pgloader --no-ssl-cert-verification --root-dir \"$DIR\" --summary \"$SUMMARY\" \"$FILE\" >&2", new Dictionary<string, string> { ["FILE"] = file, ["SUMMARY"] = summary, ["DIR"] = Path.Combine(scratch, "pgloader") });
        var arrived = await target.QueryScalarAsync($"SELECT to_regclass(format('%I.wide', nspname)) FROM pg_namespace WHERE to_regclass(format('%I.wide', nspname)) IS NOT NULL");
        var count = arrived is null ? "no table" : await target.QueryScalarAsync($"SELECT count(*) FROM {arrived}");
        if (count != $"{rows}") throw new InvalidOperationException($"pgloader brought {count} of {rows} rows");
        var copy = CopyTime().Match(await File.ReadAllTextAsync(summary));
        samples.Add("pgloader", "s", seconds);
        samples.Add("pgloader_copy", "s", (copy.Groups["m"].Success ? 60 * double.Parse(copy.Groups["m"].ValueSpan, CultureInfo.InvariantCulture) : 0) + double.Parse(copy.Groups["s"].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"COPY Threads Completion\s+\d+\s+\d+\s+((?<m>\d+)m)?(?<s>[\d.]+)s", RegexOptions.ExplicitCapture)]
    private static partial Regex CopyTime();
}
