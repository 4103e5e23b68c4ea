using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The competitor for sources that are not PostgreSQL: pgloader with its defaults and 2 workers.</summary>
internal static class PgloaderRun
{
    /// <summary>Seconds pgloader takes for a whole database, its indexes included.</summary>
    /// <param name="scratch">Directory for its command file.</param>
    /// <param name="source">URL as pgloader writes it.</param>
    /// <param name="target">An empty database.</param>
    /// <param name="rows">Rows that must have arrived in <c>wide</c>.</param>
    public static async Task<double> SecondsAsync(string scratch, string source, PgDatabase target, long rows)
    {
        var file = Path.Combine(scratch, "pgloader.load");
        await File.WriteAllTextAsync(file, $"LOAD DATABASE FROM {source} INTO {target.Url} WITH workers = 2, concurrency = 1;\n");
        var seconds = await Timed.ShellAsync("pgloader --no-ssl-cert-verification --root-dir \"$DIR\" \"$FILE\" >&2", new Dictionary<string, string> { ["FILE"] = file, ["DIR"] = Path.Combine(scratch, "pgloader") });
        var arrived = await target.QueryScalarAsync($"SELECT to_regclass(format('%I.wide', nspname)) FROM pg_namespace WHERE to_regclass(format('%I.wide', nspname)) IS NOT NULL");
        var count = arrived is null ? "no table" : await target.QueryScalarAsync($"SELECT count(*) FROM {arrived}");
        return count == $"{rows}" ? seconds : throw new InvalidOperationException($"pgloader brought {count} of {rows} rows");
    }
}
