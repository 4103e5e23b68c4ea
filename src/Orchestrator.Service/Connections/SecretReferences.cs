using System.Text;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Connections;

/// <summary>
/// Passwords in URLs that only say where the password is: <c>env:NAME</c>, <c>file:PATH</c>, <c>aws-secretsmanager:NAME</c>. They are looked up at the last
/// moment; what is stored, logged and shown is the reference. A tenant reaches what the administrator named for it, not what the
/// service itself uses, and not what is another tenant's.
/// </summary>
internal sealed class SecretReferences(ServiceOptions options, ServiceStore store, AwsSecrets aws)
{
    /// <summary>In a prefix or folder: the id of the tenant that asks.</summary>
    public const string Tenant = "{tenant}";

    /// <summary>How the names of the service's own variables begin.</summary>
    public const string OwnPrefix = "ORCHESTRATOR_";

    private const string Env = "env:", File = "file:", Aws = "aws-secretsmanager:";
    private const int LongestSecret = 4096;

    /// <summary>Checks that a URL refers to nothing, or to what it may; whether that is there is not asked.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-SECREF-001</c>: it may not.</exception>
    public async Task CheckAsync(string tenant, string url, CancellationToken ct)
    {
        if (Find(url) is not { } found) return;
        var (kind, name) = (found.Kind, found.Name);
        var where = kind switch { Env => options.SecretEnvPrefix, File => options.SecretFolder, _ => options.SecretAwsPrefix };
        // Whoever can name it can send it to a server of its own.
        if (where?.Contains(Tenant, StringComparison.Ordinal) == false && await store.HasSeveralTenantsAsync(ct))
            throw Refused($"there are several tenants, and the service was not told which secrets are whose ({Tenant})");
        if (kind == Env) CheckVariable(tenant, name);
        else if (kind == File) PathOf(tenant, name);
        else CheckAws(tenant, name);
    }

    /// <summary>The URL with its password; a secret, not to be kept.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-SECREF-001</c> it may not be had, <c>E-SECREF-002</c> it is not there. Transient <c>E-SECREF-003</c>.</exception>
    public string Resolve(string tenant, string url)
    {
        if (Find(url) is not { } found) return url;
        var secret = found.Kind switch { Env => OfVariable(tenant, found.Name), File => OfFile(tenant, found.Name), _ => OfAws(tenant, found.Name) };
        // Whatever way it may have been named: with this one anybody could be.
        if (Encoding.UTF8.GetBytes(secret).AsSpan().SequenceEqual(options.TokenKey)) throw Refused("it is the service's own");
        return url[..found.At] + Uri.EscapeDataString(secret) + url[(found.At + found.Length)..];
    }

    /// <summary>As it stands in the URL: one that is meant literally has its colon written %3A.</summary>
    private static (int At, int Length, string Kind, string Name)? Find(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return null;
        var end = url.IndexOfAny(['/', '?'], start);
        var at = url.LastIndexOf('@', (end < 0 ? url.Length : end) - 1);
        var colon = url.IndexOf(':', start);
        if (at < start || colon < 0 || colon > at) return null;
        var text = url[(colon + 1)..at];
        foreach (var kind in (string[])[Env, File, Aws])
            if (text.StartsWith(kind, StringComparison.Ordinal)) return (colon + 1, text.Length, kind, Uri.UnescapeDataString(text[kind.Length..]));
        return null;
    }

    private string OfVariable(string tenant, string name)
    {
        CheckVariable(tenant, name);
        return Environment.GetEnvironmentVariable(name) is { Length: > 0 } secret ? secret : throw Missing();
    }

    private void CheckVariable(string tenant, string name)
    {
        if (options.SecretEnvPrefix is not { } prefix) throw Refused("variables cannot be named here");
        // Ids have dashes, names of variables have not.
        prefix = prefix.Replace(Tenant, tenant.Replace('-', '_'), StringComparison.Ordinal);
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase)) throw Refused("the variable's name does not begin as it must");
    }

    private string OfFile(string tenant, string name)
    {
        var (root, path) = PathOf(tenant, name);
        // Links are followed as long as they stay inside: secrets that an orchestrator of containers mounts are links.
        if (RealPath(path) is not { } real || RealPath(root) is not { } realRoot) throw Missing();
        if (!IsIn(realRoot, real)) throw Refused("the file is not in the folder for secrets");
        try
        {
            using var file = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[LongestSecret + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var secret = length > LongestSecret ? throw Refused($"the file is longer than {LongestSecret} bytes") : Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\r', '\n');
            return secret.Length > 0 ? secret : throw Missing();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(e);
        }
    }

    // A run's engine asks for its URLs without waiting; this is one short request of a thread that drives nothing else meanwhile.
    private string OfAws(string tenant, string name)
    {
        CheckAws(tenant, name);
        return aws.FindAsync(name, CancellationToken.None).GetAwaiter().GetResult() switch
        {
            null or "" => throw Missing(),
            { Length: > LongestSecret } => throw Refused($"the secret is longer than {LongestSecret} characters"),
            var secret => secret,
        };
    }

    private void CheckAws(string tenant, string name)
    {
        if (options.SecretAwsPrefix is not { } prefix) throw Refused("secrets of AWS cannot be named here");
        if (!name.StartsWith(prefix.Replace(Tenant, tenant, StringComparison.Ordinal), StringComparison.Ordinal)) throw Refused("the secret's name does not begin as it must");
    }

    private (string Root, string Path) PathOf(string tenant, string name)
    {
        if (options.SecretFolder is not { } folder) throw Refused("files cannot be named here");
        var root = Path.GetFullPath(folder.Replace(Tenant, tenant, StringComparison.Ordinal)).TrimEnd('/');
        if (name.Contains('\0', StringComparison.Ordinal)) throw Refused("the file is not in the folder for secrets");
        var path = Path.GetFullPath(Path.Combine(root, name));
        return IsIn(root, path) ? (root, path) : throw Refused("the file is not in the folder for secrets");
    }

    private static bool IsIn(string root, string path) => path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>With no link in it, as realpath(3) gives it; null: the links go round.</summary>
    private static string? RealPath(string path)
    {
        for (var i = 0; i < 40; i++)
        {
            var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var link = Enumerable.Range(1, parts.Length).Select(n => "/" + string.Join('/', parts[..n])).FirstOrDefault(p => new FileInfo(p).LinkTarget is not null);
            if (link is null) return path;
            path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, new FileInfo(link).LinkTarget!) + path[link.Length..]);
        }

        return null;
    }

    private static OrchestratorException Refused(string why) => new(
        ErrorKind.Configuration, "E-SECREF-001", $"The password of this connection may not be had from there: {why}.",
        "Write the password itself, or ask the administrator of the service (--allow-secret-env, --allow-secret-dir, --allow-secret-aws).");

    private static OrchestratorException Missing(Exception? e = null) => new(
        ErrorKind.Configuration, "E-SECREF-002", "The password of this connection is not where it is said to be, or is empty.", "Ask the administrator of the service to put it there.", e);
}
