using Orchestrator.EndToEnd.Tests.MySql;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>Whole migrations from MariaDB with changes by way of Kafka: loaded, followed, compared, switched over, compared independently.</summary>
[Trait("Needs", "MySql")]
public sealed class MariaKafkaTests
{
    private const string Shop = """
        CREATE TABLE customers(id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, mood enum('sad','ok','ha,ppy') DEFAULT 'ok', big text, seen timestamp(6) NULL);
        CREATE TABLE orders(id bigint unsigned PRIMARY KEY, customer int NOT NULL, day date, paid bit(1), raw varbinary(20), doc json, CONSTRAINT buys FOREIGN KEY (customer) REFERENCES customers(id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE notes(id int PRIMARY KEY, customer int, line varchar(30), FOREIGN KEY (customer) REFERENCES customers(id) ON DELETE SET NULL);
        INSERT INTO customers(name, mood, big, seen) SELECT CONCAT('customer ', seq), 'ok', REPEAT('b', 300), '2024-02-29 12:00:00.123456' FROM seq_1_to_300;
        INSERT INTO orders SELECT seq, seq, '2024-01-01', b'1', x'00ff', '{"a": 1.0}' FROM seq_1_to_300;
        INSERT INTO notes SELECT seq, seq, 'line' FROM seq_1_to_300;
        """;

    private const string Changes = """
        INSERT INTO customers VALUES (1001, 'tab\there', 'ha,ppy', NULL, NULL);
        UPDATE customers SET big = NULL;
        UPDATE customers SET name = CONCAT(name, '!') WHERE id <= 100;
        UPDATE customers SET id = 2001 WHERE id = 1001;
        BEGIN;
        INSERT INTO customers VALUES (3001, 'Größe', 'sad', 'x', '2038-01-19 03:14:07');
        INSERT INTO orders VALUES (18446744073709551615, 3001, '1999-12-31', NULL, NULL, 'null');
        UPDATE customers SET id = 3002 WHERE id = 3001;
        DELETE FROM customers WHERE id BETWEEN 200 AND 210;
        COMMIT;
        BEGIN; INSERT INTO customers VALUES (9999, 'never', NULL, NULL, NULL); ROLLBACK;
        DELETE FROM orders WHERE id < 10;
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task C1_C2_C4_C6_MP20_database_moves_by_way_of_kafka(int partitions)
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk", Shop, partitions);
        await scene.Run.FollowAsync();

        await scene.Run.Source.ExecuteAsync(Changes);

        await scene.FinishAsync();
        Assert.Empty(scene.Connect.Connectors);
        Assert.Equal("0", await scene.Run.Target.QueryScalarAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{scene.Run.Source.Name}' AND tablename LIKE 'orchestrator%'"));
        Assert.Equal("2", await scene.Run.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Run.Table("orders")} WHERE customer IN (3002, 100)"));
    }

    [Fact]
    public async Task C1_writes_during_the_load_and_the_switch_are_all_there()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_live", Shop + "CREATE TABLE app_ledger(id bigint PRIMARY KEY);");
        await using var writer = await MySqlWriter.StartAsync(
            scene.Run.Source, n => $"UPDATE customers SET big = NULL, name = 'n{n}' WHERE id = 1 + {n} % 300; INSERT INTO notes VALUES (1000 + {n}, 1 + {n} % 300, '{n}'); DELETE FROM orders WHERE id = {n};");
        await scene.Run.FollowAsync();
        await writer.WaitForCommitsAsync(50, TimeSpan.FromMinutes(1));

        await scene.Run.CutOverAsync();

        await writer.StopAsync();
        var there = (await scene.Run.Target.QueryRowsAsync($"SELECT id::text FROM {scene.Run.Table("app_ledger")}")).Select(r => r[0]).ToHashSet();
        Assert.DoesNotContain(writer.Acknowledged, n => !there.Contains(n.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await MySqlCompare.RequireEqualAsync(scene.Run.Source, scene.Run.Target);
    }

    [Fact]
    public async Task C5_Truncate_stops_the_run_by_name()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_truncate", Shop);
        await scene.Run.FollowAsync();

        await scene.Run.Source.ExecuteAsync("UPDATE customers SET big = NULL; TRUNCATE notes; INSERT INTO notes VALUES (1, 1, 'after'); UPDATE customers SET name = 'after';");

        var error = await scene.Run.FailureAsync();
        Assert.Equal(("E-DBZ-078", $"{scene.Run.Source.Name}.notes"), (error.Code, error.Table));
        await scene.Run.ResumeAsync();
        error = await scene.Run.FailureAsync();
        Assert.Equal(("E-DBZ-078", $"{scene.Run.Source.Name}.notes"), (error.Code, error.Table));
    }

    [Theory]
    [InlineData("ALTER TABLE notes ADD COLUMN more int")]
    [InlineData("ALTER TABLE notes MODIFY line varchar(31)")]
    [InlineData("RENAME TABLE notes TO papers")]
    public async Task C12_alteration_stops_the_run_by_name(string statement)
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_alter", Shop);
        await scene.Run.FollowAsync();

        await scene.Run.Source.ExecuteAsync("UPDATE customers SET big = NULL; " + statement);

        var error = await scene.Run.FailureAsync();
        Assert.Equal(("E-DDL-002", $"{scene.Run.Source.Name}.notes"), (error.Code, error.Table));
    }

    [Fact]
    public async Task C12_same_change_on_both_sides_and_an_index_let_it_go_on()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_both", Shop);
        await scene.Run.FollowAsync();

        await scene.Run.Source.ExecuteAsync("UPDATE customers SET big = NULL; ALTER TABLE notes ADD COLUMN more int; ALTER TABLE customers ADD INDEX by_name (name); INSERT INTO notes VALUES (5000, 1, 'new', 7);");
        Assert.Equal("E-DDL-002", (await scene.Run.FailureAsync()).Code);
        await scene.Run.Target.ExecuteAsync($"ALTER TABLE {scene.Run.Table("notes")} ADD COLUMN more integer");
        await scene.Run.ResumeAsync();

        await scene.FinishAsync();
    }

    [Fact]
    public async Task C8_connector_that_fails_within_a_transaction_is_restarted_and_nothing_is_lost_or_doubled()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_crash", Shop, partitions: 2);
        await scene.Run.FollowAsync();

        scene.Connect.Faults.CrashAfter(20);
        await scene.Run.Source.ExecuteAsync(Changes);

        await scene.FinishAsync();
        Assert.Contains(scene.Run.Notices, n => n.Contains(" failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C9_event_that_is_lost_on_the_way_stops_the_run()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_lost", Shop);
        await scene.Run.FollowAsync();

        scene.Connect.Faults.LoseEvent(r => r.Topic.EndsWith(".customers", StringComparison.Ordinal));
        await scene.Run.Source.ExecuteAsync(Changes);

        Assert.Equal("E-DBZ-071", (await scene.Run.FailureAsync()).Code);
    }

    [Fact]
    public async Task X11_connect_may_be_away_and_the_server_go_down_for_a_while()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_away", Shop);
        await scene.Run.FollowAsync();

        await scene.Connect.StopAsync();
        await scene.Run.Source.ExecuteAsync(Changes);
        await scene.Run.Source.Server.RestartAsync();
        await scene.Connect.StartAsync();

        await scene.FinishAsync();
    }

    [Fact]
    public async Task Connector_that_somebody_deleted_goes_on_where_connect_knows_that_it_stood()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_deleted", Shop);
        await scene.Run.FollowAsync();
        await scene.Run.Source.ExecuteAsync("DROP TABLE IF EXISTS nothing");

        using var client = new HttpClient { BaseAddress = new Uri(scene.Connect.Url) };
        scene.KeepsTopics = true;
        (await client.DeleteAsync(new Uri($"/connectors/{scene.Connector}", UriKind.Relative))).EnsureSuccessStatusCode();
        await scene.Run.Source.ExecuteAsync(Changes);
        Assert.Equal("E-DBZ-045", (await scene.Run.FailureAsync()).Code);
        scene.KeepsTopics = false;
        await scene.Run.ResumeAsync();

        await scene.FinishAsync();
    }

    [Fact]
    public async Task Marker_table_that_somebody_dropped_stops_the_run_by_name()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_marker", Shop);
        await scene.Run.FollowAsync();

        await scene.Run.Source.ExecuteAsync($"DROP TABLE `{await scene.MarkerAsync()}`");

        Assert.Equal("E-BINLOG-013", (await scene.Run.FailureAsync()).Code);
    }

    [Fact]
    public async Task Rollback_takes_away_what_the_run_made()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_rollback", Shop);
        await scene.Run.FollowAsync();
        Assert.StartsWith("orchestrator_marker_", await scene.MarkerAsync(), StringComparison.Ordinal);

        await scene.Run.AskAsync(Core.Runs.RunRequest.Rollback);
        await scene.Run.EndAsync();

        Assert.Empty(scene.Connect.Connectors);
        Assert.Null(await scene.MarkerAsync());
    }
}
