namespace Orchestrator.Workflow;

/// <summary>The line that says whether applications can write; see <see cref="Core.Runs.RunProgress.Safety"/>.</summary>
public static class SafetyLine
{
    /// <param name="writableSide">As in <see cref="RunReport.WritableSide"/>, once there is a copy on the target.</param>
    public static string Of(string writableSide) => writableSide switch
    {
        "source" => "both loaded, source writable",
        "target" => "target writable, the source refuses writes; the way back is closed",
        "none" => "WRITES PAUSED past the point of no return: resume opens the target",
        _ => "WRITES PAUSED, perhaps, by a cutover that was interrupted: resume finishes it or takes it back",
    };

    /// <param name="since">How long already.</param>
    /// <param name="limit">After this the source opens by itself; null past the point of no return.</param>
    public static string Paused(TimeSpan since, TimeSpan? limit) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"WRITES PAUSED since {since.TotalSeconds:0.00} s, {(limit is { } l ? $"limit {l.TotalSeconds:0.#} s" : "past the point of no return")}");
}
