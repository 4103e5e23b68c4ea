using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>What an outsider can say about the move, without asking the tool.</summary>
internal static class DemoReport
{
    /// <summary>Prints it; true when nothing is lost, doubled or altered.</summary>
    public static async Task<bool> PrintAsync(Servers servers, Route route, LiveWriter application)
    {
        var seen = application.Report;
        Line("The application");
        Line($"  {seen.Committed:N0} transactions acknowledged, {seen.RolledBack:N0} rolled back by itself, {seen.Rejected:N0} rejected by constraints");
        Line($"  write pause as it saw it (longest time without a commit since the start of the move): {seen.LongestGap.TotalMilliseconds:N0} ms");
        Line($"  errors it saw: {seen.Errors.Count:N0}, each answered by trying again");
        foreach (var group in seen.Errors.GroupBy(e => e.SqlState ?? "connection"))
            Line($"    {group.Count():N0} x {group.Key}: {group.First().Message}");
        var ledger = await application.Ledger.VerifyAsync(servers.Target.ConnectionString);
        Line($"  acknowledged before and after the switch and found on the new server: {(ledger.Count == 0 ? "all" : string.Join("; ", ledger))}");

        Line("Independent comparison of every row, as both servers print them at the moment of the switch");
        var rule = SequenceRule.TargetNotBehind;
        var result = await FullCompare.RunAsync(
            servers.Source.ConnectionString, servers.Target.ConnectionString, null, rule, route.AtSwitch?.Name);
        Line("  " + result.ToString().Replace("\n", "\n  ", StringComparison.Ordinal));
        return ledger.Count == 0 && result.IsEqual;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Line(string text) => Console.WriteLine(text);
}
