using System.Net;
using Orchestrator.ControlStore;

namespace Orchestrator.Service;

/// <summary>What an administrator decides about the service.</summary>
public sealed record ServiceOptions
{
    /// <summary>Fewest bytes of a key: as many as the signature has (RFC 7518, section 3.2).</summary>
    public const int KeyBytes = 32;

    /// <summary>Where it listens, e.g. <c>http://127.0.0.1:8080</c>; port 0: any free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>Where runs, accounts and connections are kept. The key ring lies in its state directory.</summary>
    public required StoreLocation Store { get; init; }

    /// <summary>Signs tokens; at least <see cref="KeyBytes"/> bytes. A secret. Another key makes all tokens worthless.</summary>
    public required byte[] TokenKey { get; init; }

    /// <summary>How long a login lasts. 1 minute to 30 days.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Anybody who reaches the service may create a tenant. Otherwise only the first one is created so.</summary>
    public bool OpenSignup { get; init; }

    /// <summary>
    /// Networks that are not public in which tenants' databases may be: loopback, private and link-local addresses are
    /// refused unless they are in one of these.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Folder in which SQLite files may be; null: none may be named.</summary>
    public string? SqliteFolder { get; init; }

    /// <summary>
    /// How the names of variables begin that tenants may name as passwords; <c>{tenant}</c> in it is the tenant's id with <c>_</c> for
    /// <c>-</c>, needed where there are several. Null: none may be named.
    /// </summary>
    public string? SecretEnvPrefix { get; init; }

    /// <summary>Folder of files that tenants may name as passwords; <c>{tenant}</c> in it is the tenant's id, needed where there are several. Null: none may be named.</summary>
    public string? SecretFolder { get; init; }

    /// <summary>How the names of secrets of AWS Secrets Manager begin that tenants may name as passwords; <c>{tenant}</c> in it is the tenant's id, needed where there are several. Null: none may be named.</summary>
    public string? SecretAwsPrefix { get; init; }

    /// <summary>Directory of backups, which this service alone uses; null: none are made.</summary>
    public string? BackupDirectory { get; init; }

    /// <summary>Backups that are kept of a connection; older ones are deleted once a new one is done. 1 to 1000.</summary>
    public int KeepBackups { get; init; } = 7;
}
