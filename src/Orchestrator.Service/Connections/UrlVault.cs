using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Connections;

/// <summary>
/// Encrypts the URLs of connections at rest, each for its tenant and its id only: a row that is copied to another place opens for nobody.
/// https://learn.microsoft.com/aspnet/core/security/data-protection/consumer-apis/purpose-strings
/// </summary>
internal sealed class UrlVault(IDataProtectionProvider protection)
{
    public string Seal(string tenant, string id, string url) => Protector(tenant, id).Protect(url);

    /// <exception cref="OrchestratorException">Configuration <c>E-SVC-003</c>: the key ring is another one.</exception>
    public string Open(string tenant, string id, string cipher)
    {
        try
        {
            return Protector(tenant, id).Unprotect(cipher);
        }
        catch (CryptographicException e)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-SVC-003", "The URL of this connection cannot be decrypted.",
                "Put the key ring back that lay in the state directory when it was saved, or save the connection anew.", e);
        }
    }

    private IDataProtector Protector(string tenant, string id) => protection.CreateProtector("orchestrator", "connection", tenant, id);
}
