using Orchestrator.Core.Reading;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

public abstract partial class ChangeReaderConformance
{
    private const string BusyTable = "CREATE TABLE t (id int PRIMARY KEY, v varchar(100))";
    private const string BusyRows = "SELECT id, v FROM t ORDER BY id";

    [Fact]
    public async Task C1_Snapshot_and_stream_meet_without_gap_and_without_double()
    {
        await _app.RunAsync(BusyTable, "INSERT INTO t VALUES (1, 'tab\tline\nback\\slash'), (2, ''), (3, NULL), (4, '😀')");
        var table = (await PlanAsync("t"))[0];
        await using var writers = await BusyWriters.StartAsync(_database, 2);
        var rows = new TableRows("t");

        await using (var snapshot = await Capture.CreateAsync([table], CancellationToken.None))
        {
            _tables = [new FollowedTable(table, snapshot.Position)];
            await writers.CommitAsync(10);
            rows.Load(table, await SnapshotRows.ReadAsync(snapshot, table));
        }

        await writers.CommitAsync(10);
        await writers.StopAsync();
        rows.Apply((await ReadAllAsync(Start)).Transactions);
        rows.AssertEqual(await _database.QueryAsync(BusyRows));
    }

    [Fact]
    public async Task C1_Further_snapshot_while_changes_are_read_meets_the_stream_too_and_its_table_gets_nothing_from_before()
    {
        await _app.RunAsync(BusyTable, "CREATE TABLE early (id int PRIMARY KEY)");
        await FollowAsync("early", "t");
        var (first, table) = (Start, _tables[1].Table);
        await using var writers = await BusyWriters.StartAsync(_database, 2);
        var rows = new TableRows("t");
        await using var reader = Capture.OpenReader(_tables);
        var running = new Delivered(first, _tables);

        var isTaken = false;
        var reading = ReadAsync(reader, running, d => Volatile.Read(ref isTaken) && d.Transactions.Count > 0);
        await using (var snapshot = await Capture.TakeSnapshotAsync([_tables[0].Table, table], CancellationToken.None))
        {
            await writers.CommitAsync(10);
            rows.Load(table, await SnapshotRows.ReadAsync(snapshot, table));
            Volatile.Write(ref isTaken, true);
            await reading;
            _tables = [_tables[0], new FollowedTable(table, snapshot.Position)];
        }

        await _app.RunAsync("INSERT INTO early VALUES (1)");
        await writers.StopAsync();
        var delivered = await ReadAllAsync(first);
        rows.Apply(delivered.Transactions);
        rows.AssertEqual(await _database.QueryAsync(BusyRows));
        Assert.Contains("+ early 1", delivered.Texts);
        Assert.NotEmpty(running.Transactions);
    }

    [Fact]
    public async Task C1_View_of_now_is_of_one_moment_and_leaves_nothing()
    {
        await _app.RunAsync(BusyTable, "INSERT INTO t VALUES (1, 'x')");
        var table = (await PlanAsync("t"))[0];
        await using (var view = await Capture.TakeViewAsync([table], CancellationToken.None))
        {
            await _app.RunAsync("INSERT INTO t VALUES (2, 'x')", "UPDATE t SET v = 'y'");
            Assert.Equal([["1", "x"]], await SnapshotRows.ReadAsync(view, table));
            Assert.Equal([["1", "x"]], await SnapshotRows.ReadAsync(view, table));
        }

        Assert.Empty(await _database.LeftoversAsync());
    }

    [Fact]
    public async Task C1_Table_with_a_later_snapshot_gets_nothing_from_before_it_while_others_do()
    {
        await _app.RunAsync("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
        await FollowAsync("a", "b");
        await _app.RunAsync("INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)");
        await using (var snapshot = await Capture.TakeSnapshotAsync([_tables[1].Table], CancellationToken.None))
        {
            _tables = [_tables[0], _tables[1] with { From = snapshot.Position }];
        }

        await _app.RunAsync("INSERT INTO b VALUES (2)", "INSERT INTO a VALUES (2)");
        Assert.Equal(["+ a 1", "+ b 2", "+ a 2"], (await ReadAllAsync(Start)).Texts);
    }
}
