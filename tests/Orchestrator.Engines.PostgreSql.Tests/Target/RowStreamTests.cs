using System.Diagnostics;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

[Trait("Needs", "PostgreSql")]
public sealed class RowStreamTests
{
    [Theory]
    [InlineData(RowFormat.Binary)]
    [InlineData(RowFormat.Text)]
    public async Task C18_read_that_waits_for_rows_ends_at_once_when_cancelled(RowFormat format)
    {
        await using var pair = await PgPair.CreateDatabasesAsync("rowstream");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.SourceUrl), "test");
        await using var connection = await session.OpenAsync(default);
        // The server begins to send when 8 KiB are full.
        var rows = await PgRowStream.OpenAsync(
            connection, "(SELECT i, CASE WHEN i = 2000 THEN pg_sleep(30) END::text FROM generate_series(1, 2001) i)", format, default);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.Run(() => rows.Read(new byte[1000000], stop.Token)));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.2, 15);
        // Nothing more is said: the cancellation is what the caller is to hear of.
        await rows.DisposeAsync();
    }
}
