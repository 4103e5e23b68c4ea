using Orchestrator.ControlStore.Service;

namespace Orchestrator.Service.Connections;

/// <summary>URLs of connections as they are right before they are used: decrypted, checked that tenants may go there, and with the password that they refer to.</summary>
internal sealed class ReachableUrls(UrlVault vault, OutboundGuard guard, SecretReferences secrets)
{
    /// <returns>A secret; not to be kept.</returns>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-SVC-001</c>, <c>E-SVC-003</c>, <c>E-SECREF-*</c>.</exception>
    public Task<string> OpenAsync(ConnectionRow connection, CancellationToken ct) => OpenAsync(connection.Tenant, vault.Open(connection.Tenant, connection.Id, connection.Cipher), ct);

    /// <summary>The same of a URL that a run keeps.</summary>
    public async Task<string> OpenAsync(string tenant, string url, CancellationToken ct)
    {
        await guard.CheckAsync(url, ct);
        await secrets.CheckAsync(tenant, url, ct);
        return secrets.Resolve(tenant, url);
    }
}
