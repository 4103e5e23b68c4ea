using Orchestrator.Core.Model;

namespace Orchestrator.Core.Reading;

/// <summary>Whose log it is.</summary>
public enum LogKind
{
    PostgreSql,
    MySql,
    MariaDb,
}

/// <summary>What another program needs to follow the source's log in our stead.</summary>
/// <param name="Kind">Whose log it is.</param>
/// <param name="Host">Name or address, as this process reaches it; a path where it is a socket.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Database">Database; of several the first.</param>
/// <param name="User">Account.</param>
/// <param name="Password">A secret.</param>
public sealed record LogEndpoint(LogKind Kind, string Host, int Port, string Database, string User, string Password)
{
    /// <summary>TLS mode in the words of the source's URL; null: the default.</summary>
    public string? TlsMode { get; init; }

    /// <summary>PostgreSQL: the run's replication slot, and its publication of the same name. Otherwise empty.</summary>
    public string Slot { get; init; } = "";

    /// <summary>MySQL, MariaDB: number the other program may take among the source's replicas. Otherwise 0.</summary>
    public uint ServerId { get; init; }

    /// <summary>MySQL, MariaDB: the table whose rows are markers, to be followed with the others. Null: markers are messages in the log itself.</summary>
    public MarkerRows? Markers { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";
}

/// <summary>A table of which each change is a marker; its rows are nobody's data.</summary>
/// <param name="Table">As its changes come: never applied, only read.</param>
/// <param name="Nonce">Place of the marker's text among the table's copied columns.</param>
public sealed record MarkerRows(TableSchema Table, int Nonce);
