using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>A relation of the source that the selection picks.</summary>
/// <param name="Oid">Its number on the source.</param>
/// <param name="Name">Schema and name.</param>
/// <param name="Kind"><c>pg_class.relkind</c>: r table, p partitioned, f foreign, m materialized view.</param>
internal sealed record PgRelation(uint Oid, TableRef Name, char Kind);

/// <summary>What every check may look at.</summary>
internal sealed class PgCheckContext
{
    /// <exception cref="InvalidOperationException">The source is no PostgreSQL: a check that asks it must say that it needs one.</exception>
    public PgSide Source
    {
        get => field ?? throw new InvalidOperationException("a check asked the source, but is not marked to need one");
        init => (field, HasSource) = (value, true);
    }

    /// <summary>The source is PostgreSQL too and can be asked.</summary>
    public bool HasSource { get; private init; }

    public required PgSide Target { get; init; }

    public required AssessmentRequest Request { get; init; }

    /// <summary>Tables and sequences that are moved.</summary>
    public required SourceInventory Inventory { get; init; }

    /// <summary>Every table the target has now.</summary>
    public required SourceInventory TargetInventory { get; init; }

    /// <summary>What is selected, also what is not moved row by row.</summary>
    public required IReadOnlyList<PgRelation> Relations { get; init; }

    /// <summary>Bytes of log per second, measured while the checks run; null if it cannot be measured.</summary>
    public Task<double?> LogRate { get; init; } = Task.FromResult<double?>(null);

    /// <summary>From when on a transaction counts as long.</summary>
    public TimeSpan LongTransaction { get; init; }

    /// <summary><see cref="PgRelation.Oid"/> of <see cref="Relations"/>.</summary>
    public uint[] Oids => [.. Relations.Select(r => r.Oid)];

    public PgSide Side(PgSideName side) => side == PgSideName.Source ? Source : Target;
}
