using Orchestrator.ControlStore.Service;

namespace Orchestrator.Service.Connections;

/// <summary>URLs of connections as they are right before they are used: decrypted, checked that tenants may go there, and with the password that they refer to.</summary>
internal sealed class ReachableUrls(UrlVault vault, OutboundGuard guard, SecretReferences secrets)
{
    /// <returns>A secret; not to be kept.</returns>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-SVC-001</c>, <c>E-SVC-003</c>, <c>E-SECREF-*</c>.</exception>
    public async Task<string> OpenAsync(ConnectionRow connection, CancellationToken ct)
    {
        var url = vault.Open(connection.Tenant, connection.Id, connection.Cipher);
        await guard.CheckAsync(url, ct);
        await secrets.CheckAsync(connection.Tenant, url, ct);
        return secrets.Resolve(connection.Tenant, url);
    }
}
