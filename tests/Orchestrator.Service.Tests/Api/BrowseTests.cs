using System.Net;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>What people see of their databases over HTTP.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class BrowseTests
{
    [Fact]
    public async Task S1_tables_and_rows_are_found_under_whatever_name_and_nothing_else_is()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        await using var pair = await PgPair.CreateDatabasesAsync("browse");
        const string evil = """x"; DROP TABLE users; --""";
        await pair.Source.ExecuteAsync(
            """
            CREATE TABLE users (a text, b int, v numeric, PRIMARY KEY (b, a));
            INSERT INTO users SELECT 'u' || i, i % 3, CASE WHEN i > 5 THEN i / 7.0 END FROM generate_series(1, 12) i;
            CREATE SCHEMA "S ü"; CREATE TABLE "S ü"."x""; DROP TABLE users; --" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "c'""d" text);
            INSERT INTO "S ü"."x""; DROP TABLE users; --" ("c'""d") VALUES (repeat('é', 20000)); CREATE TABLE plain (x int); CREATE VIEW v AS SELECT * FROM users; ANALYZE users
            """);
        var path = $"/api/connections/{await admin.AddConnectionAsync("c", pair.SourceUrl)}/tables";

        var first = await admin.GetAsync(path + "?limit=2");
        var tables = first.Body.GetProperty("items").EnumerateArray().Concat((await admin.GetAsync(path + "?cursor=" + first.Text("next"))).Body.GetProperty("items").EnumerateArray()).ToList();
        Assert.Equal([$"S ü.{evil} True", "public.plain False", "public.users True"], tables.Select(t => $"{t.GetProperty("schema")}.{t.GetProperty("name")} {t.GetProperty("has_primary_key")}"));
        Assert.Equal(12, tables[2].GetProperty("estimated_rows").GetInt64());
        var odd = await admin.GetAsync($"{path}/{Uri.EscapeDataString("S ü")}/{Uri.EscapeDataString(evil)}/rows");
        Assert.Equal(10_000, odd.Body.GetProperty("items")[0].GetProperty("values")[1].GetString()!.Length);
        Assert.Equal("c'\"d", odd.Body.GetProperty("items")[0].GetProperty("cut")[0].GetString());
        Assert.Equal(
            await pair.Source.QueryScalarAsync("SELECT string_agg(concat_ws('|', a, b, coalesce(v::text, 'NULL')), ',' ORDER BY b, a) FROM users"), string.Join(',', await AllAsync(admin, path + "/public/users/rows", 5)));
        foreach (var none in (string[])["public/v", "pg_catalog/pg_authid", "public/nowhere", "public/users%22", "PUBLIC/USERS"])
            Assert.Equal(HttpStatusCode.NotFound, (await admin.SendAsync(HttpMethod.Get, $"{path}/{none}/rows")).Status);
        Assert.Equal("E-BROWSE-002", (await admin.SendAsync(HttpMethod.Get, path + "/public/plain/rows")).Code);
        foreach (var cursor in (string[])["WyJ4IiwieCJd", "WyIxIl0"]) Assert.Equal("E-BROWSE-003", (await admin.SendAsync(HttpMethod.Get, $"{path}/public/users/rows?cursor={cursor}")).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, path + "/public/users/rows?cursor=e30")).Status);
        var lines = (await admin.GetAsync("/api/audit")).Body.GetProperty("items").EnumerateArray().Select(l => $"{l.GetProperty("action")} {l.GetProperty("subject")} {l.GetProperty("result")}").ToList();
        Assert.Contains(lines, l => l.StartsWith("GET /api/connections/{id}/tables/{schema}/{table}/rows", StringComparison.Ordinal) && l.EndsWith("public users 200", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.EndsWith("public plain 422", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_is_the_whole_table_and_ends_when_the_reader_goes()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        await using var pair = await PgPair.CreateDatabasesAsync("export");
        await pair.Source.ExecuteAsync(
            """
            CREATE TABLE t (id int, v text, g int GENERATED ALWAYS AS (id * 2) STORED); INSERT INTO t VALUES (1, E'a "b", \\ \n'), (2, NULL), (3, '');
            CREATE TABLE none (id int); CREATE TABLE big AS SELECT i, repeat(md5(i::text), 300) v FROM generate_series(1, 20000) i
            """);
        var path = $"/api/connections/{await admin.AddConnectionAsync("c", pair.SourceUrl)}/tables/public";

        Assert.Equal("id,v,g\n1,\"a \"\"b\"\", \\ \n\",2\n2,,4\n3,\"\",6\n", await TextAsync(service, admin, path + "/t/export?format=csv"));
        using var json = JsonDocument.Parse(await TextAsync(service, admin, path + "/t/export?format=json"));
        Assert.Equal(["1 a \"b\", \\ \n 2", "2  4", "3  6"], json.RootElement.EnumerateArray().Select(r => $"{r.GetProperty("id")} {r.GetProperty("v")} {r.GetProperty("g")}"));
        using var empty = JsonDocument.Parse(await TextAsync(service, admin, path + "/none/export?format=json"));
        Assert.Equal(0, empty.RootElement.GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, path + "/t/export?format=xml")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.SendAsync(HttpMethod.Get, path + "/nowhere/export?format=csv")).Status);
        foreach (var format in (string[])["csv", "json"])
        {
            // 190 MB, of which the reader takes the beginning.
            using (var answer = await OpenAsync(service, admin, $"{path}/big/export?format={format}"))
            {
                await using var stream = await answer.Content.ReadAsStreamAsync();
                Assert.True(await stream.ReadAsync(new byte[1000]) > 0);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (await pair.Source.QueryScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orchestrator browse'") != "0") await Task.Delay(100, patience.Token);
        }

        Assert.DoesNotContain("unforeseen", service.Log, StringComparison.Ordinal);
        await admin.GetAsync("/api/auth/me");
    }

    [Fact]
    public async Task Database_of_another_kind_is_refused_with_a_reason()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var id = await admin.AddConnectionAsync("c", "mysql://u:p@127.0.0.1:1/shop");

        Assert.Equal("E-BROWSE-001", (await admin.SendAsync(HttpMethod.Get, $"/api/connections/{id}/tables")).Code);
    }

    private static async Task<List<string>> AllAsync(ApiClient client, string path, int limit)
    {
        var (rows, next) = (new List<string>(), (string?)"");
        while (next is not null)
        {
            var page = await client.GetAsync($"{path}?limit={limit}&cursor={next}");
            rows.AddRange(page.Body.GetProperty("items").EnumerateArray().Select(r => string.Join('|', r.GetProperty("values").EnumerateArray().Select(v => v.GetString() ?? "NULL"))));
            next = page.Text("next");
        }

        return rows;
    }

    private static async Task<HttpResponseMessage> OpenAsync(ServiceProcess service, ApiClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", client.Token);
        return await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> TextAsync(ServiceProcess service, ApiClient client, string path)
    {
        using var answer = await OpenAsync(service, client, path);
        return await answer.Content.ReadAsStringAsync();
    }
}
