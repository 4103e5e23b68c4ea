using System.Net;
using System.Text.Json;
using Orchestrator.Service.Api;

namespace Orchestrator.Service.Tests.Api;

/// <summary>The audit log as a file: complete, and harmless where it is opened.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task S9_export_has_every_line_with_result_and_address()
    {
        await using var service = await ServiceProcess.StartAsync("--open-signup");
        var (admin, stranger) = (await service.SignUpAsync("ours"), await service.SignUpAsync("theirs"));
        // Refused by an exception deep inside, by a route, and by nobody.
        await admin.SendAsync(HttpMethod.Post, "/api/connections", new { name = "x", url = "postgresql://u:p@127.0.0.1/x" });
        await admin.SendAsync(HttpMethod.Delete, "/api/migrations/%3D1+1%22,x");
        // More than one part of what is read at once.
        foreach (var requests in Enumerable.Range(0, 600).Chunk(20)) await Task.WhenAll(requests.Select(_ => admin.PostAsync("/api/auth/refresh")));

        var json = (await admin.GetAsync("/api/audit/export?format=json")).Body.EnumerateArray().ToList();
        var csv = await CsvAsync(service, admin);

        Assert.Equal(602, json.Count);
        Assert.Equal(json.Count + 2, csv.Length);
        Assert.Equal(json.Select(l => l.GetProperty("id").GetInt64()).Order(), json.Select(l => l.GetProperty("id").GetInt64()));
        Assert.All(json, l => Assert.Equal("127.0.0.1", l.GetProperty("origin").GetString()));
        Assert.Contains(json, l => l.GetProperty("action").GetString() == "POST /api/connections/" && l.GetProperty("result").GetInt32() == 422);
        Assert.Equal("id,at,actor,action,subject,origin,result", csv[0]);
        Assert.Contains(csv, l => l.EndsWith(",\"admin@ours.example\",\"DELETE /api/migrations/{id}\",\"'=1+1\"\",x\",\"127.0.0.1\",404", StringComparison.Ordinal));
        Assert.Empty((await stranger.GetAsync("/api/audit/export")).Body.EnumerateArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, "/api/audit/export?format=xls")).Status);
    }

    [Fact]
    public async Task S9_no_route_changes_the_log()
    {
        await using var service = await ServiceProcess.StartAsync();

        Assert.Equal([("GET", "/api/audit"), ("GET", "/api/audit/export")], (await AccessTests.RoutesAsync(service)).Where(r => r.Path.Contains("audit", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a \"b\", c", "\"a \"\"b\"\", c\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("a=1", "\"a=1\"")]
    [InlineData("", "\"\"")]
    public void Field_that_a_spreadsheet_would_calculate_is_text(string text, string field) => Assert.Equal(field, AuditCsv.Field(text));

    private static async Task<string[]> CsvAsync(ServiceProcess service, ApiClient admin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/audit/export?format=csv");
        request.Headers.Authorization = new("Bearer", admin.Token);
        using var answer = await service.Http.SendAsync(request);
        Assert.Equal(("text/csv", "audit.csv"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.FileName));
        return (await answer.Content.ReadAsStringAsync()).Split("\r\n");
    }
}
