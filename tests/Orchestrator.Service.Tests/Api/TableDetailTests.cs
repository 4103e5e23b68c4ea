using System.Net;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>One table with its chunks, what is shared, and what is tried again: counted against the databases.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class TableDetailTests
{
    [Fact]
    public async Task Chunks_that_are_done_are_those_of_the_target()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (admin, stranger) = (await service.SignUpAsync("quinces"), await service.SignUpAsync("figs"));
        await using var pair = await PgPair.CreateDatabasesAsync("quinces");
        // Pages that are nearly empty: over 64 MiB with few bytes, so that it is cut.
        await pair.Source.ExecuteAsync(
            "CREATE TABLE big (id int PRIMARY KEY, v text) WITH (fillfactor = 10); INSERT INTO big SELECT i, md5(i::text) FROM generate_series(1, 150000) i; CREATE TABLE small (id int PRIMARY KEY)");
        var id = await admin.AddMigrationAsync("move", await admin.AddConnectionAsync("a", pair.SourceUrl), await admin.AddConnectionAsync("b", pair.TargetUrl), new { share_load = true });
        var path = $"/api/migrations/{id}/tables/public";
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Get, path + "/big")).Status);
        await admin.PostAsync($"/api/migrations/{id}/start");
        await admin.UntilAsync(id, m => m.Text("state") == "cdc");

        var chunks = new List<JsonElement>();
        JsonElement target = default;
        for (var next = (string?)""; next is not null;)
        {
            target = (await admin.GetAsync($"{path}/big?limit=2{(next.Length > 0 ? "&cursor=" + next : "")}")).Body.GetProperty("target");
            chunks.AddRange(target.GetProperty("chunks").GetProperty("items").EnumerateArray());
            next = target.GetProperty("chunks").GetProperty("next").GetString();
        }

        var marks = await pair.Target.QueryRowsAsync("SELECT chunk, row_count, byte_count FROM orchestrator.done_mark WHERE table_name = 'big' ORDER BY chunk");
        // Its own two sessions would share it in two: more chunks are for workers that may come.
        Assert.True(marks.Count > 2, $"only {marks.Count} chunks: the load is not shared");
        Assert.Equal(marks.Select(m => string.Join('|', m)), chunks.Select(c => $"{c.GetProperty("number")}|{c.GetProperty("rows")}|{c.GetProperty("bytes")}"));
        Assert.Equal((true, marks.Count, 150_000), (target.GetProperty("complete").GetBoolean(), target.GetProperty("chunks_done").GetInt32(), target.GetProperty("rows").GetInt32()));
        var one = (await admin.GetAsync(path + "/small")).Body;
        // What the run itself tells is kept every two seconds, and this load may have taken less.
        while (one.GetProperty("load").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(100);
            one = (await admin.GetAsync(path + "/small")).Body;
        }

        Assert.Equal(("small", 0, 1), (one.GetProperty("load").GetProperty("table").GetString(), one.GetProperty("target").GetProperty("rows").GetInt32(), one.GetProperty("target").GetProperty("chunks_done").GetInt32()));
        foreach (var (who, table) in ((ApiClient, string)[])[(admin, "/nowhere"), (admin, "/BIG"), (stranger, "/big")]) Assert.Equal(HttpStatusCode.NotFound, (await who.SendAsync(HttpMethod.Get, path + table)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, path + "/big?cursor=x")).Status);

        Assert.True((await admin.GetAsync($"/api/migrations/{id}")).Body.GetProperty("settings").GetProperty("share_load").GetBoolean());
        await admin.PostAsync($"/api/migrations/{id}/pause");
        await admin.UntilAsync(id, m => !m.Body.GetProperty("driven").GetBoolean());
        await pair.Target.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE \"{pair.Target.Name}\" ALLOW_CONNECTIONS false");
        var away = await admin.SendAsync(HttpMethod.Get, path + "/big");
        await pair.Target.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE \"{pair.Target.Name}\" ALLOW_CONNECTIONS true");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "E-CONN-019"), (away.Status, away.Code));
    }

    [Fact]
    public async Task Only_what_failed_is_tried_again_and_only_PostgreSQL_is_shared()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("medlars");
        await using var pair = await PgPair.CreateDatabasesAsync("medlars");
        // Of the two tables the second does not go in: the first one is complete then.
        await pair.Source.ExecuteAsync("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 10); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b SELECT generate_series(1, 10)");
        await pair.Target.ExecuteAsync("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY CHECK (id < 10))");
        var id = await admin.AddMigrationAsync("move", await admin.AddConnectionAsync("a", pair.SourceUrl), await admin.AddConnectionAsync("b", pair.TargetUrl), new { parallel_workers = 1 });
        Assert.Equal("E-API-003", (await admin.SendAsync(HttpMethod.Post, $"/api/migrations/{id}/retry")).Code);
        await admin.PostAsync($"/api/migrations/{id}/start");
        var failed = await admin.UntilAsync(id, m => m.Text("last_action") == "drive" && !m.Body.GetProperty("wanted").GetBoolean() && !m.Body.GetProperty("driven").GetBoolean());
        Assert.True(failed.Text("state") == "failed" && failed.Text("failed_in") == "full-load", failed.Body.ToString());
        Assert.Equal("true false", await pair.Target.QueryScalarAsync("SELECT string_agg(complete::text, ' ' ORDER BY table_name) FROM orchestrator.table_load"));
        var before = await pair.Target.QueryScalarAsync("SELECT xmin FROM a LIMIT 1");

        await pair.Target.ExecuteAsync("ALTER TABLE b DROP CONSTRAINT b_id_check");
        await admin.PostAsync($"/api/migrations/{id}/retry");
        await admin.UntilAsync(id, m => m.Text("state") == "cdc");

        await FullCompare.RequireEqualAsync(pair.Source.ConnectionString, pair.Target.ConnectionString, ["public.a", "public.b"]);
        Assert.Equal(before, await pair.Target.QueryScalarAsync("SELECT xmin FROM a LIMIT 1"));
        Assert.Equal("E-API-003", (await admin.SendAsync(HttpMethod.Post, $"/api/migrations/{id}/retry")).Code);
        await service.Process.KillAsync();
        await service.StartAgainAsync();

        var mysql = await admin.AddConnectionAsync("mysql", "mysql://u:p@127.0.0.1:1/shop");
        var refused = await admin.SendAsync(
            HttpMethod.Post, "/api/migrations", new { name = "shared", source_id = mysql, target_id = await admin.AddConnectionAsync("c", "postgresql://u:p@127.0.0.1:1/c"), settings = new { share_load = true } });
        Assert.Equal("only for PostgreSQL sources", refused.Body.GetProperty("errors").GetProperty("settings.share_load").GetString());
    }
}
