namespace Orchestrator.TestKit.Connectors;

/// <summary>A place between two transactions of MariaDB's log, as Connect keeps it for the connector.</summary>
/// <param name="File">File of the log.</param>
/// <param name="Position">Offset in it.</param>
/// <param name="Gtids">The last transaction of each domain before it.</param>
/// <param name="HasHistory">The connector has written its history of the tables' structure: it had started once.</param>
internal sealed record BinlogPlace(string File, long Position, string Gtids, bool HasHistory);
