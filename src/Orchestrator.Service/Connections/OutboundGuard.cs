using System.Net;
using System.Net.Sockets;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Service.Connections;

/// <summary>
/// Keeps tenants from reaching through the service what they could not reach themselves: its own machine, the private
/// network, the metadata service of a cloud (CASES S3), files (S5). Asked when a URL is saved, and before every connection.
/// </summary>
internal sealed class OutboundGuard(ServiceOptions options)
{
    /// <summary>Not public, by https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.</summary>
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    private const string Outside = "its file is not in the folder for SQLite files";

    /// <summary>Parameters of a URL that name no host and no file.</summary>
    private static readonly HashSet<string> Harmless = ["sslmode", "connect_timeout", "application_name", "charset"];

    /// <exception cref="OrchestratorException">Configuration <c>E-SVC-001</c>: it leads where tenants may not go.</exception>
    public async Task CheckAsync(string url, CancellationToken ct)
    {
        if (url.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
        {
            CheckFile(url);
            return;
        }

        var parsed = DatabaseUrl.Parse(url);
        if (parsed.Parameters.FirstOrDefault(p => !Harmless.Contains(p.Key)) is { Key: { } name })
            throw Refused($"the parameter {name} is not allowed here");
        foreach (var address in await AddressesAsync(parsed.Host, ct))
        {
            if (!IsAllowed(address)) throw Refused("its host is not a public one");
        }
    }

    /// <summary>Public, or in a network the administrator allows.</summary>
    public bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return !Special.Any(n => n.Contains(address)) || options.AllowedNetworks.Any(n => n.Contains(address));
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken ct)
    {
        // A path is a socket of this machine.
        if (host.Length == 0 || host.Contains('/', StringComparison.Ordinal)) throw Refused("it names no host");
        try
        {
            return await Dns.GetHostAddressesAsync(host, ct);
        }
        catch (ArgumentException)
        {
            // "Any address", which connects to this machine.
            throw Refused("its host is not a public one");
        }
        catch (SocketException e)
        {
            throw new OrchestratorException(ErrorKind.Transient, "E-CONN-001", $"The name of the host is not known: {host}.", "Check the URL.", e);
        }
    }

    private void CheckFile(string url)
    {
        if (options.SqliteFolder is not { } folder) throw Refused("SQLite files are not allowed here");
        var path = Uri.UnescapeDataString(url["sqlite:".Length..].Split('?')[0]);
        path = Path.GetFullPath("/" + path.TrimStart('/'));
        var root = Path.GetFullPath(folder).TrimEnd('/');
        if (!path.StartsWith(root + "/", StringComparison.Ordinal)) throw Refused(Outside);
        // Links are not followed: one may lead out of the folder, and another may take its place after it was looked at.
        for (var part = path; part.Length > root.Length; part = Path.GetDirectoryName(part)!)
            if (new FileInfo(part).LinkTarget is not null) throw Refused(Outside);
    }

    // The same sentence for what is there and what is not: nobody scans a network by it.
    private static OrchestratorException Refused(string why) => new(
        ErrorKind.Configuration, "E-SVC-001", $"This database may not be connected to: {why}.",
        "Use a public host, or ask the administrator of the service to allow its network (--allow-network).");
}
