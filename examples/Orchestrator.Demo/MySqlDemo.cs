using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>A live MySQL database is moved to PostgreSQL.</summary>
internal static class MySqlDemo
{
    private const string Database = "shop";
    private const int Customers = 40_000;

    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string workspace, Action<string> say)
    {
        say("starting MySQL with a shop on it and an empty PostgreSQL");
        await using var old = await MySqlServer.StartAsync(MySqlProduct.MySql, "--innodb-buffer-pool-size=256M");
        await using var fresh = await PgCluster.StartAsync(new PgClusterOptions { Fsync = true });
        var (source, target) = (new MySqlDatabase(old, Database), new PgDatabase(fresh, Database));
        await old.RunAsync("", $"CREATE DATABASE {Database} CHARACTER SET utf8mb4");
        await source.ExecuteAsync(Shop);
        await fresh.CreateDatabaseAsync(Database);
        await using var application = await MySqlWriter.StartAsync(source, Work, connections: 4);
        await using var route = new SwitchFile(workspace, word =>
        {
            application.MoveTo(word == "target" ? target.ConnectionString : null);
            return Task.CompletedTask;
        });
        say("the application writes as fast as it can; now the one command:");
        Console.WriteLine("        SOURCE_DB_URL=mysql://... TARGET_DB_URL=postgresql://... orchestrator migrate --cutover auto --on-switch '...' --run demo");
        application.ResetGap();

        var exitCode = await Migration.RunAsync(source.Url, target.Url, route.SwitchCommand, route.UndoCommand, Path.Combine(workspace, "state"));
        say(string.Create(CultureInfo.InvariantCulture, $"orchestrator ended with exit code {exitCode}"));
        if (exitCode != 0) return exitCode;
        await application.WaitForCommitsAsync(200, TimeSpan.FromSeconds(30));
        await application.StopAsync();
        say("the application has gone on on PostgreSQL");
        return await ReportAsync(source, target, application, say);
    }

    private static async Task<int> ReportAsync(MySqlDatabase source, PgDatabase target, MySqlWriter application, Action<string> say)
    {
        var found = (await target.QueryRowsAsync($"SELECT id FROM {Database}.app_ledger")).Select(r => long.Parse(r[0]!, CultureInfo.InvariantCulture)).ToHashSet();
        var lost = application.Acknowledged.Count(n => !found.Contains(n));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {application.Acknowledged.Count:N0} transactions acknowledged to the application, {lost:N0} of them lost"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  write pause as it saw it (longest time without a commit since the start of the move): {application.LongestGap.TotalMilliseconds:N0} ms"));
        await MySqlCompare.RequireEqualAsync(
            source, target, null, t => t == "app_ledger" ? string.Create(CultureInfo.InvariantCulture, $"id < {MySqlWriter.OnTarget}") : null);
        Console.WriteLine("  every row of both sides, as their own clients print them: equal");
        say(lost == 0 ? "nothing lost, doubled or altered; cleaning up" : "LOST transactions, see above");
        return lost == 0 ? 0 : 3;
    }

    private static string Work(long n) => (n % 3) switch
    {
        0 => $"UPDATE customer SET balance = balance + 1 WHERE id = 1 + {n} % {Customers};",
        1 => $"INSERT INTO purchase (customer_id, amount) VALUES (1 + {n} % {Customers}, {n} / 7);",
        _ => $"UPDATE article SET body = CONCAT(LEFT(body, 500), '{n}'), state = 'sold' WHERE id = 1 + {n} % {Customers};",
    };

    private static string Shop => $"""
        CREATE TABLE app_ledger(id bigint PRIMARY KEY);
        CREATE TABLE customer(id int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, mail varchar(80) UNIQUE, balance decimal(12,2) NOT NULL DEFAULT 0, since datetime(3), vip tinyint(1) NOT NULL DEFAULT 0);
        CREATE TABLE purchase(id bigint AUTO_INCREMENT PRIMARY KEY, customer_id int unsigned NOT NULL, amount double, at timestamp DEFAULT current_timestamp(), KEY (customer_id), FOREIGN KEY (customer_id) REFERENCES customer(id));
        CREATE TABLE article(id int PRIMARY KEY, body mediumtext, state enum('new','sold','gone') NOT NULL, tags set('red','blue'), picture blob, made date);
        INSERT INTO customer(name, mail, since, vip) SELECT CONCAT('Müller ', seq), CONCAT(seq, '@example.org'), '2020-01-01' + INTERVAL seq MINUTE, seq % 2 FROM seq_1_to_{Customers};
        INSERT INTO purchase(customer_id, amount) SELECT 1 + seq % {Customers}, seq / 3 FROM seq_1_to_{Customers * 5};
        INSERT INTO article SELECT seq, REPEAT(SHA2(seq, 224), 1 + seq % 20), ELT(1 + seq % 3, 'new', 'sold', 'gone'), IF(seq % 2, 'red,blue', ''), UNHEX(SHA2(seq, 224)), '2000-01-01' + INTERVAL seq % 9000 DAY FROM seq_1_to_{Customers};
        """;
}
