using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;

namespace Orchestrator.Service.Tests.Api;

/// <summary>Whatever is sent to whatever route: the service says what is wrong with it and goes on.</summary>
public sealed class FuzzTests
{
    private const int RequestsOfARoute = 60;

    [Fact]
    public async Task No_request_that_nearly_fits_makes_the_service_fail()
    {
        await using var service = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--open-signup", "--backup-dir", ServiceProcess.Home + "/backups");
        var admin = await service.SignUpAsync("ours");
        using var document = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var json = new JsonGen(document.RootElement);
        var failed = new List<string>();
        var (sent, answered) = (0, new HashSet<int>());
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                // The one that ends all logins would end the test's.
                if (path.Name == "/api/auth/logout") continue;
                var bodies = operation.Value.TryGetProperty("requestBody", out var body) ? json.Body(body.GetProperty("content").GetProperty("application/json").GetProperty("schema")).Sample(RequestsOfARoute, RequestsOfARoute) : new string[4];
                foreach (var (i, text) in bodies.Index())
                {
                    var status = await SendAsync(service, admin.Token, operation.Name, Filled(path.Name, i), text);
                    (sent, _) = (sent + 1, answered.Add(status));
                    if (status >= 500) failed.Add($"{status} {operation.Name} {path.Name} {text}");
                }
            }
        }

        Assert.Empty(failed.Select(f => f[..Math.Min(f.Length, 500)]));
        Assert.True(sent > 500, $"only {sent} requests were sent");
        Assert.Superset(new HashSet<int> { 200, 400, 404 }, answered);
        Assert.DoesNotContain("unforeseen", service.Log, StringComparison.Ordinal);
        await admin.GetAsync("/api/auth/me");
    }

    /// <summary>Ids and queries as nobody should send them.</summary>
    private static string Filled(string path, int i)
    {
        string[] ids = ["x", "01a22651-fda1-7e09-aaba-394df9a65599", "%00", "%27%3B--", "..%2F..", new string('9', 2000), "%F0%9F%98%80", "-1"];
        string[] queries = ["", "?cursor=%00&limit=-5", "?limit=99999999999999", "?cursor=" + new string('x', 3000), "?limit=abc", "?cursor=%F0%9F%98%80&limit=0", "?range=x&format=xml", "?format=csv&range=7d"];
        return path.Replace("{id}", ids[i % ids.Length], StringComparison.Ordinal).Replace("{schema}", ids[(i + 1) % ids.Length], StringComparison.Ordinal)
            .Replace("{table}", ids[(i + 2) % ids.Length], StringComparison.Ordinal) + queries[i % queries.Length];
    }

    private static async Task<int> SendAsync(ServiceProcess service, string token, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)answer.StatusCode;
    }
}
