namespace Orchestrator.Core.Reading;

/// <summary>What another program needs to follow the source's log in our stead.</summary>
/// <param name="Host">Name or address, as this process reaches it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Database">Database.</param>
/// <param name="User">Account.</param>
/// <param name="Password">A secret.</param>
public sealed record LogEndpoint(string Host, int Port, string Database, string User, string Password)
{
    /// <summary>TLS mode in the words of the source's URL; null: the default.</summary>
    public string? TlsMode { get; init; }

    /// <summary>PostgreSQL: the run's replication slot, and its publication of the same name.</summary>
    public required string Slot { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";
}
