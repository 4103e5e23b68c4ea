using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>A server of one class, lent from those of the test process.</summary>
public sealed class LentMySqlServer : IAsyncLifetime
{
    private MySqlPair _lent = null!;
    private int _count;

    public async Task InitializeAsync() => _lent = await MySqlPair.CreateAsync("readers");

    public async Task DisposeAsync() => await _lent.DisposeAsync();

    internal async Task<SourceDatabase> CreateDatabaseAsync()
    {
        var database = new MySqlDatabase(_lent.Source.Server, $"{_lent.Source.Name}_{++_count}");
        await database.Server.RunAsync("", $"CREATE DATABASE `{database.Name}` CHARACTER SET utf8mb4");
        return new Database(database);
    }

    private sealed class Database(MySqlDatabase database) : SourceDatabase
    {
        public override string Url => database.Url;

        public override string LongText => "longtext";

        public override async Task<SourceSession> OpenSessionAsync()
        {
            var info = database.Server.ClientInfo(database.Name, "--unbuffered");
            info.UseShellExecute = false;
            info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
            var session = new Session(Process.Start(info)!);
            await session.RunAsync("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')");
            return session;
        }

        public override Task<IReadOnlyList<string?[]>> QueryAsync(string sql) => database.QueryRowsAsync(sql);

        /// <summary>Nothing is needed here. The server ends a reader's session by itself, when it next has something to send.</summary>
        public override async Task<IReadOnlyList<string>> LeftoversAsync() =>
        [
            .. (await database.QueryRowsAsync(
                "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE CONCAT(table_schema, table_name) LIKE '%orchestrator%'"
                + " UNION ALL SELECT user FROM mysql.user WHERE user LIKE '%orchestrator%'")).Select(r => r[0]!),
        ];

        public override async ValueTask DisposeAsync() => await database.Server.RunAsync("", $"DROP DATABASE `{database.Name}`");
    }

    /// <summary>The server's own client, kept running.</summary>
    private sealed class Session(Process client) : SourceSession
    {
        private int _count;

        public override async ValueTask DisposeAsync()
        {
            client.StandardInput.Close();
            await client.WaitForExitAsync();
            client.Dispose();
        }

        protected override async Task RunOneAsync(string statement)
        {
            var done = $"done {++_count}";
            await client.StandardInput.WriteAsync($"{statement};\nSELECT '{done}';\n");
            await client.StandardInput.FlushAsync();
            if (await client.StandardOutput.ReadLineAsync() != done)
                throw new InvalidOperationException($"{statement[..Math.Min(200, statement.Length)]}: {await client.StandardError.ReadToEndAsync()}");
        }
    }
}
