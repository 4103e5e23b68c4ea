using FsCheck;
using FsCheck.Fluent;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>Whatever the order in which records arrive, what comes out is what the source did.</summary>
public sealed class TransactionMergeProperties
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(1000);
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();
    private static readonly SourcePosition PgStart = new LsnPosition(new Lsn(1));
    private static readonly SourcePosition MariaStart = new BinlogPosition("binlog.000009", 4, "0-5598-0");

    [Fact]
    public void C9_PostgreSql_transactions_come_out_as_they_committed_in_any_order_of_arrival() =>
        Check(SimulatedSource.PostgreSql, PgStart, crashes: 0, restarts: 0, () => Restart.Whole);

    [Fact]
    public void C9_MariaDb_transactions_come_out_as_they_committed_in_any_order_of_arrival() =>
        Check(SimulatedSource.MariaDb, MariaStart, crashes: 0, restarts: 0, () => Restart.Whole);

    [Fact]
    public void C10_reading_on_from_any_position_loses_and_doubles_nothing() =>
        Check(SimulatedSource.PostgreSql, PgStart, crashes: 0, restarts: 50, () => Restart.Whole);

    [Fact]
    public void C10_reading_on_in_a_binlog_from_any_position_loses_and_doubles_nothing() =>
        Check(SimulatedSource.MariaDb, MariaStart, crashes: 0, restarts: 50, () => Restart.Whole);

    [Fact]
    public void C8_PostgreSql_events_sent_again_are_dropped() =>
        Check(SimulatedSource.PostgreSql, PgStart, crashes: 3, restarts: 0, () => Restart.Whole);

    [Fact]
    public void C8_MariaDb_events_sent_again_are_dropped() =>
        Check(SimulatedSource.MariaDb, MariaStart, crashes: 3, restarts: 0, () => Restart.Whole);

    [Fact]
    public void C8_PostgreSql_connector_and_we_start_again_at_any_time() => Check(SimulatedSource.PostgreSql, PgStart, crashes: 3, restarts: 30, null);

    [Fact]
    public void C8_MariaDb_connector_and_we_start_again_at_any_time() => Check(SimulatedSource.MariaDb, MariaStart, crashes: 3, restarts: 30, null);

    [Fact]
    public void C8_events_numbered_anew_stop_the_stream_or_come_out_right()
    {
        var (stopped, right) = (0, 0);
        Prop.ForAll(Seeds, seed =>
        {
            var random = new Random(seed);
            var source = SimulatedSource.PostgreSql(random, random.Next(1, 30));
            using var drive = Drive(source, random, PgStart, 1, 0, () => Restart.Renumbers);
            var whole = Texts(drive);
            Assert.True(Same(Expected(source).Take(whole.Count), whole), drive.Told);
            if (whole.Count == Expected(source).Count) right++;
            else Assert.Contains((drive.Error ?? drive.Merge.Stalled())?.Code, new[] { "E-DBZ-071", "E-DBZ-072", "E-DBZ-074" });
            if (drive.Error is not null) stopped++;
        }).Check(Often);
        Assert.True(stopped > 20 && right > 20, $"{stopped} stopped, {right} right: the cases are too much alike to mean anything");
    }

    private static void Check(
        Func<Random, int, List<SimulatedTransaction>> make, SourcePosition from, int crashes, int restarts, Func<Restart>? restart)
    {
        Prop.ForAll(Seeds, seed =>
        {
            var random = new Random(seed);
            var source = make(random, random.Next(0, 40));
            using var drive = Drive(source, random, from, crashes, restarts, restart ?? (() => (Restart)random.Next(2)));
            Assert.True(drive.Error is null, $"{drive.Error}\n{drive.Told}");
            Assert.True(drive.Merge.Stalled() is null, $"{drive.Merge.Stalled()?.Message}\n{drive.Told}");
            Assert.Equal(Expected(source), Texts(drive));
            if (crashes == 0) Assert.InRange(drive.MostOver, long.MinValue, 41_000);
            Assert.Equal(drive.Whole.Select(w => w.End), drive.Whole.Select(w => w.End).Order());
        }).Check(Often);
    }

    private static MergeDrive Drive(
        List<SimulatedTransaction> source, Random random, SourcePosition from, int crashes, int restarts, Func<Restart> restart)
    {
        var connector = new SimulatedConnector(source, random, restart);
        connector.Run(random.Next(0, crashes + 1));
        var limits = new MergeLimits(random.Next(1, 4) * 500, random.Next(1, 6), 1000, TimeSpan.FromSeconds(60));
        var drive = new MergeDrive(connector.Topics, from, limits, random);
        drive.Run(restarts);
        return drive;
    }

    /// <summary>A statement of a binlog that changes no rows is no transaction; PostgreSQL's empty ones are.</summary>
    private static List<List<string>> Expected(List<SimulatedTransaction> source) =>
        [.. source.Where(t => t.EndLsn > 0 || t.Events.Count > 0).Select(t => t.Events.Select(e => e.Text).ToList())];

    private static bool Same(IEnumerable<List<string>> a, IEnumerable<List<string>> b) =>
        a.Zip(b).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));

    private static List<List<string>> Texts(MergeDrive drive) => [.. drive.Whole.Select(w => w.Texts)];
}
