using System.Text.Json;
using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Connections;

/// <summary>
/// Secrets of AWS Secrets Manager. They are asked for through the Parameter Store, which hands them out by reference
/// (https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html). Region and credentials are
/// those of the SDK's own chain: environment, profile, role of the machine.
/// </summary>
internal sealed class AwsSecrets : IDisposable
{
    private const string Reference = "/aws/reference/secretsmanager/";

    private readonly Lazy<AmazonSimpleSystemsManagementClient> _client = new(() => new AmazonSimpleSystemsManagementClient(
        new AmazonSimpleSystemsManagementConfig { Timeout = TimeSpan.FromSeconds(10), MaxErrorRetry = 2 }));

    /// <summary>The secret's text, or the member <c>password</c> of one that is a JSON object, as AWS keeps those of its databases; null: there is none.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-SECREF-003</c>: AWS does not answer, or not to us.</exception>
    public async Task<string?> FindAsync(string name, CancellationToken ct)
    {
        try
        {
            var answer = await _client.Value.GetParameterAsync(new GetParameterRequest { Name = Reference + name, WithDecryption = true }, ct);
            return Password(answer.Parameter.Value);
        }
        catch (ParameterNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            // Their own words name accounts and roles, which are not a tenant's business.
            var code = e is AmazonServiceException { ErrorCode: { Length: > 0 } named } ? named : "no answer";
            throw new OrchestratorException(
                ErrorKind.Transient, "E-SECREF-003", $"AWS does not hand out the password of this connection ({code}).",
                "Ask the administrator of the service: it needs a region, credentials, ssm:GetParameter and secretsmanager:GetSecretValue.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private static string? Password(string text)
    {
        if (!text.TrimStart().StartsWith('{')) return text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("password", out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
