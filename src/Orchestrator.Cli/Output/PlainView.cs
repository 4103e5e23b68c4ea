using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>Lines for pipes and logs: one per change of state, one summary per ten seconds.</summary>
internal sealed class PlainView(Terminal terminal) : IProgressView
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Dictionary<TableRef, TableActivity> _seen = [];
    private string _phase = "";
    private long _lastSummary;

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            var run = Field("run", value.Run);
            foreach (var notice in value.Notices) Write(notice.Level, [run, .. notice.Fields], notice.Message);
            if (value.Phase != _phase)
            {
                _phase = value.Phase;
                _lastSummary = terminal.Clock.GetTimestamp();
                Write(NoticeLevel.Information, [run, Field("phase", value.Phase), .. Safety(value)], "phase started");
            }

            foreach (var table in value.Tables) Changed(value, table);
            if (terminal.Clock.GetElapsedTime(_lastSummary) < Between) return;
            _lastSummary = terminal.Clock.GetTimestamp();
            Write(NoticeLevel.Information, [run, .. Summary(value)], "progress");
        }
    }

    public void Say(NoticeLevel level, string message, params IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        lock (_lock) Write(level, fields, message);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The figures of a summary line; what is unknown is left out.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Summary(RunProgress p)
    {
        yield return Field("phase", p.Phase);
        if (p.Percent is { } percent) yield return Field("pct", percent.ToString("0.0", CultureInfo.InvariantCulture));
        if (p.Eta is { } eta) yield return Field("eta_s", Number(eta.Most.TotalSeconds));
        if (p.RowsPerSecond is { } rows) yield return Field("rows_s", Number(rows));
        if (p.BytesPerSecond is { } bytes) yield return Field("bytes_s", Number(bytes));
        if (p.Tables.Count > 0)
        {
            yield return Field("tables_done", Number(p.Tables.Count(t => t.Activity == TableActivity.Done)));
            yield return Field("tables", Number(p.Tables.Count));
        }

        if (p.Lag is { } lag) yield return Field("lag_ms", Number(lag.TotalMilliseconds));
        if (p.ApplyRowsPerSecond is { } apply) yield return Field("apply_rows_s", Number(apply));
        if (p.TransactionsApplied is { } transactions) yield return Field("transactions", Number(transactions));
        if (p.RetainedLogBytes is { } retained) yield return Field("retained_log_bytes", Number(retained));
    }

    private void Changed(RunProgress value, TableProgress table)
    {
        var before = _seen.GetValueOrDefault(table.Table, TableActivity.Waiting);
        if (before == table.Activity) return;
        _seen[table.Table] = table.Activity;
        var level = table.Activity == TableActivity.Retrying ? NoticeLevel.Warning : NoticeLevel.Information;
        List<KeyValuePair<string, string>> fields =
            [Field("run", value.Run), Field("table", table.Table.ToString()), Field("rows", Number(table.RowsDone)), Field("bytes", Number(table.BytesDone))];
        if (table.Attempt > 0) fields.Add(Field("try", Number(table.Attempt)));
        if (table.Note.Length > 0) fields.Add(Field("note", table.Note));
        Write(level, fields, "table " + table.Activity.ToString().ToLowerInvariant());
    }

    private void Write(NoticeLevel level, IEnumerable<KeyValuePair<string, string>> fields, string message) =>
        terminal.Error.WriteLine(PlainLine.Of(terminal.Clock.GetUtcNow(), level, fields, message));

    private static IEnumerable<KeyValuePair<string, string>> Safety(RunProgress p) =>
        p.Safety.Length > 0 ? [Field("safety", p.Safety)] : [];

    private static KeyValuePair<string, string> Field(string key, string value) => new(key, value);

    private static string Number(double value) => Math.Round(value).ToString("0", CultureInfo.InvariantCulture);
}
