using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Service.Tests;

/// <summary>
/// Stands in for AWS Systems Manager: answers GetParameter in its JSON protocol
/// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html) with the secrets it is given.
/// </summary>
internal sealed class AwsStandIn : IAsyncDisposable
{
    public const string Denied = "shop/denied";

    private readonly WebApplication _app;
    private readonly IReadOnlyDictionary<string, string> _secrets;

    private AwsStandIn(WebApplication app, IReadOnlyDictionary<string, string> secrets) => (_app, _secrets) = (app, secrets);

    /// <summary>Authorization headers of the requests, with the parameter's name before them.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    /// <summary>What makes the SDK of a process come here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_SSM"] = _app.Urls.Single(), ["AWS_REGION"] = "eu-central-1", ["AWS_ACCESS_KEY_ID"] = "AKIAEXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "example",
    };

    public static async Task<AwsStandIn> StartAsync(IReadOnlyDictionary<string, string> secrets)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new AwsStandIn(builder.Build(), secrets);
        standIn._app.MapPost("/", standIn.AnswerAsync);
        await standIn._app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (request.Headers["X-Amz-Target"] != "AmazonSSM.GetParameter") return Failure("UnknownOperationException");
        using var asked = await JsonDocument.ParseAsync(request.Body);
        var name = asked.RootElement.GetProperty("Name").GetString()!;
        Seen.Enqueue($"{name} {request.Headers.Authorization}");
        const string reference = "/aws/reference/secretsmanager/";
        if (!name.StartsWith(reference, StringComparison.Ordinal) || !asked.RootElement.GetProperty("WithDecryption").GetBoolean()) return Failure("ValidationException");
        if (name == reference + Denied) return Failure("AccessDeniedException");
        if (!_secrets.TryGetValue(name[reference.Length..], out var value)) return Failure("ParameterNotFound");
        return Results.Text(JsonSerializer.Serialize(new { Parameter = new { Name = name, Type = "SecureString", Value = value, Version = 0 } }), "application/x-amz-json-1.1");
    }

    private static IResult Failure(string type) =>
        Results.Text(JsonSerializer.Serialize(new { __type = type, message = "User: arn:aws:sts::123456789012:assumed-role/x is not authorized" }), "application/x-amz-json-1.1", statusCode: 400);
}
