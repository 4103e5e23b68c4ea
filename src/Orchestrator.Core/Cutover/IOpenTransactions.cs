using System.Globalization;
using Orchestrator.Core.Model;

namespace Orchestrator.Core.Cutover;

/// <summary>A transaction on the source that stands in the fence's way: it holds a writer's lock on a migrated table.</summary>
/// <param name="Pid">Server process; null for a prepared transaction.</param>
/// <param name="Prepared">Name of the prepared transaction (two-phase commit); null for an ordinary one.</param>
/// <param name="User">Its database user.</param>
/// <param name="Application">What the client calls itself; empty if unknown.</param>
/// <param name="IsMaintenance">The server's own vacuum: gives way by itself unless it prevents wraparound.</param>
/// <param name="Table">One of the tables it holds.</param>
/// <param name="Age">Since it began; null if our role may not see it.</param>
public sealed record OpenTransaction(
    int? Pid, string? Prepared, string User, string Application, bool IsMaintenance, string Table, TimeSpan? Age)
{
    /// <summary>For messages: who it is and what can be done about it.</summary>
    public override string ToString()
    {
        var age = Age is { } a ? string.Create(CultureInfo.InvariantCulture, $"open for {a.TotalSeconds:0.0} s") : "of unknown age";
        var who = Application.Length > 0 ? $"{User}, {Application}" : User;
        return Prepared is not null
            ? $"prepared transaction '{Prepared}' ({who}) on {Table}, {age}"
            : $"{(IsMaintenance ? "vacuum " : "")}pid {Pid} ({(IsMaintenance ? "the server" : who)}) on {Table}, {age}";
    }
}

/// <summary>Sees the transactions a fence would have to wait for.</summary>
public interface IOpenTransactions
{
    /// <summary>
    /// Prepared transactions (of any age) and transactions at least <paramref name="olderThan"/> old that hold a lock
    /// on one of the tables that a fence waits for; the oldest first. One whose age our role may not see is listed only
    /// if <paramref name="olderThan"/> is zero.
    /// </summary>
    Task<IReadOnlyList<OpenTransaction>> ReadAsync(IReadOnlyList<TableSchema> tables, TimeSpan olderThan, CancellationToken ct);
}
