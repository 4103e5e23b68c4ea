using Orchestrator.Cli.Output;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Output;

public sealed class PlainViewTests : IDisposable
{
    private readonly StringWriter _error = new();
    private readonly ManualClock _clock = new(Samples.At);

    private PlainView View => field ??= new(new Terminal { Out = TextWriter.Null, Error = _error, Environment = _ => null, Clock = _clock });

    public void Dispose() => _error.Dispose();

    private string[] Lines => _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Changes_are_a_line_each_and_the_figures_come_every_ten_seconds()
    {
        View.Report(Samples.FullLoad());
        for (var i = 0; i < 25; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            View.Report(Samples.FullLoad());
        }

        Assert.Equal(1 + 4 + 2, Lines.Length);
        Assert.Equal("2026-11-21T14:02:09.120Z INFO  run=shop-to-pg phase=full-load safety=\"source untouched and writable\" msg=\"phase started\"", Lines[0]);
        Assert.Equal("2026-11-21T14:02:09.120Z WARN  run=shop-to-pg table=shop.events rows=12004112 bytes=4724464025 try=2 note=\"40P01, again in 8 s\" msg=\"table retrying\"", Lines[3]);
        Assert.Equal(
            "2026-11-21T14:02:19.120Z INFO  run=shop-to-pg phase=full-load pct=62.4 eta_s=1734 rows_s=82000 bytes_s=19922944 tables_done=1 tables=5 retained_log_bytes=2147483648 msg=\"progress\"",
            Lines[5]);
    }

    [Fact]
    public void Unknown_figures_are_left_out_and_cdc_shows_lag()
    {
        View.Report(Samples.Cdc());
        _clock.Advance(TimeSpan.FromSeconds(10));
        View.Report(Samples.Cdc());

        Assert.EndsWith("phase=cdc lag_ms=420 apply_rows_s=9100 transactions=120400 retained_log_bytes=12582912 msg=\"progress\"", Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_stay_on_one_line_without_escapes()
    {
        var table = new TableProgress(new TableRef("pub\u001b[31mlic", "a\nb\" x=\u0007"), TableActivity.Copying, 0, 0, 0, 0);
        View.Report(Samples.FullLoad() with { Tables = [table], Notices = [new RunNotice(NoticeLevel.Error, "bad\r\n\u001b[2J", new KeyValuePair<string, string>("table", "\u009b31m"))] });

        Assert.Equal(3, Lines.Length);
        Assert.DoesNotContain(_error.ToString().ReplaceLineEndings(""), char.IsControl);
    }

    private sealed class ManualClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset _now = start;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan by) => _now += by;
    }
}
