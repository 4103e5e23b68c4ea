using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>Whole migrations with changes by way of Kafka: loaded, followed, compared, switched over, compared independently.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class DebeziumMigrationTests
{
    private const string Shop = """
        CREATE TYPE mood AS ENUM ('good', 'bad');
        CREATE TABLE customers(id int PRIMARY KEY, name text NOT NULL, mood mood, seen timestamptz, balance numeric, tags text[], big text);
        CREATE TABLE orders(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers, day date, paid boolean, raw bytea, doc jsonb);
        CREATE TABLE log(line text);
        ALTER TABLE log REPLICA IDENTITY FULL;
        INSERT INTO customers SELECT g, 'customer ' || g, 'good', '2024-02-29 12:00:00.123456+02', 1.50, ARRAY['a', NULL, 'c "q"'],
            (SELECT string_agg(md5((g * i)::text), '') FROM generate_series(1, 200) i) FROM generate_series(1, 500) g;
        INSERT INTO orders(customer, day, paid, raw, doc) SELECT g, '2024-01-01', true, '\x00ff', '{"a": 1.0}' FROM generate_series(1, 500) g;
        INSERT INTO log SELECT 'line' FROM generate_series(1, 10);
        """;

    private const string Changes = """
        INSERT INTO customers VALUES (1001, E'tab\there', 'bad', 'infinity', 'NaN', '{}', NULL);
        UPDATE customers SET name = name || '!' WHERE id <= 100;
        UPDATE customers SET id = 2001 WHERE id = 1001;
        DELETE FROM orders WHERE customer = 111;
        UPDATE customers SET id = 2111, name = 'has a large value that was not sent' WHERE id = 111;
        BEGIN;
        INSERT INTO customers VALUES (3001, 'one', 'good', now(), 1e30, NULL, repeat('x', 5000));
        INSERT INTO orders(customer, day, paid, raw, doc) VALUES (3001, '1999-12-31', NULL, NULL, 'null');
        DELETE FROM orders WHERE customer BETWEEN 400 AND 410;
        DELETE FROM customers WHERE id BETWEEN 400 AND 410;
        COMMIT;
        BEGIN; INSERT INTO customers VALUES (9999, 'never', NULL, NULL, NULL, NULL, NULL); ROLLBACK;
        DELETE FROM log WHERE ctid IN (SELECT ctid FROM log LIMIT 3);
        INSERT INTO log VALUES ('line'), (NULL);
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task C1_C2_C4_C6_Database_moves_by_way_of_kafka(int partitions)
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz", Shop, partitions);

        await scene.Run.MoveAsync(Changes);

        Assert.Empty(scene.Connect.Connectors);
        Assert.Equal("0", await scene.Run.Source.QueryScalarAsync("SELECT count(*)::text FROM pg_replication_slots WHERE database = current_database()"));
        Assert.Equal("0", await scene.Run.Source.QueryScalarAsync("SELECT count(*)::text FROM pg_publication"));
    }

    [Fact]
    public async Task C5_Truncate_is_applied_in_its_place()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_truncate", Shop);

        await scene.Run.MoveAsync("INSERT INTO log VALUES ('before'); TRUNCATE orders, log; INSERT INTO log VALUES ('after');");

        Assert.Equal("after", await scene.Run.Target.QueryScalarAsync("SELECT string_agg(line, ',') FROM log"));
    }

    [Fact]
    public async Task C8_Connector_that_fails_within_a_transaction_is_restarted_and_nothing_is_lost_or_doubled()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_crash", Shop, partitions: 2);
        await scene.Run.FollowAsync();

        scene.Connect.Faults.CrashAfter(20);
        await scene.Run.Source.PsqlAsync(Changes);

        await scene.Run.FinishAsync();
        Assert.Contains(scene.Run.Notices, n => n.Contains(" failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C9_Event_that_is_lost_on_the_way_stops_the_run()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_lost", Shop);
        await scene.Run.FollowAsync();

        scene.Connect.Faults.LoseEvent(r => r.Topic.EndsWith(".customers", StringComparison.Ordinal));
        await scene.Run.Source.PsqlAsync(Changes);

        Assert.Equal("E-DBZ-071", (await scene.Run.FailureAsync()).Code);
    }

    [Fact]
    public async Task C14_Publication_that_was_altered_stops_the_run()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_altered", Shop);
        await scene.Run.FollowAsync();

        var publication = await scene.Run.Source.QueryScalarAsync("SELECT pubname FROM pg_publication");
        await scene.Run.Source.ExecuteAsync($"ALTER PUBLICATION {publication} DROP TABLE orders");
        await scene.Run.Source.ExecuteAsync($"ALTER PUBLICATION {publication} ADD TABLE ONLY orders");

        Assert.Equal("E-SLOT-005", (await scene.Run.FailureAsync()).Code);
    }

    [Fact]
    public async Task X11_Connect_and_kafka_may_be_away_for_a_while()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_away", Shop);
        await scene.Run.FollowAsync();

        await scene.Connect.StopAsync();
        await scene.Run.Source.PsqlAsync(Changes);
        await scene.Run.UntilAsync("the outage is said", () => Task.FromResult(scene.Run.Notices.Any(n => n.Contains("Kafka Connect", StringComparison.Ordinal))));
        await scene.Connect.StartAsync();
        scene.Broker.GoDown();
        await Task.Delay(TimeSpan.FromSeconds(3));
        scene.Broker.ComeBack();

        await scene.Run.FinishAsync();
    }
}
