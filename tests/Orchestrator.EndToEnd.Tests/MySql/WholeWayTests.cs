namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>The whole way from MariaDB, with everything simple.</summary>
[Trait("Needs", "MySql")]
public sealed class WholeWayTests
{
    [Fact]
    public async Task Rows_are_copied_followed_compared_and_switched()
    {
        await using var scene = await MySqlScene.OpenAsync("whole", """
            CREATE TABLE customer(id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, balance decimal(12,2) DEFAULT 0.00, born date, seen timestamp NULL, note text, KEY by_name (name));
            INSERT INTO customer (name, balance, born, seen, note) VALUES ('Ada', 12.50, '1815-12-10', '2024-03-31 01:30:00', 'first\tand\nlast'), ('Größe', -0.01, NULL, NULL, NULL), ('', 99999999.99, '2000-02-29', '2038-01-19 03:14:07', '');
            CREATE TABLE purchase(id bigint AUTO_INCREMENT PRIMARY KEY, customer_id int NOT NULL, amount double, CONSTRAINT buys FOREIGN KEY (customer_id) REFERENCES customer(id));
            INSERT INTO purchase (customer_id, amount) VALUES (1, 0.1), (1, 1e16), (2, NULL);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            INSERT INTO customer (name, balance) VALUES ('new', 1.00);
            UPDATE customer SET note = 'changed', balance = balance + 1 WHERE id = 2;
            DELETE FROM customer WHERE id = 3;
            BEGIN; INSERT INTO purchase (customer_id, amount) VALUES (4, 2.5); UPDATE purchase SET amount = 7 WHERE id = 1; COMMIT;
            """);
        await scene.CutOverAsync();
        Assert.Equal("1|Ada|12.50,2|Größe|0.99,4|new|1.00", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '|' || name || '|' || balance, ',' ORDER BY id) FROM {scene.Table("customer")}"));
        Assert.Equal("1|7,2|1e+16,3|,4|2.5", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '|' || coalesce(amount::text, ''), ',' ORDER BY id) FROM {scene.Table("purchase")}"));
        Assert.Equal("5", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("customer")}(name) VALUES ('after') RETURNING id"));
    }
}
