namespace Orchestrator.TestKit.Connectors;

/// <summary>A row of pg_type, as far as forms depend on it.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Name">Name without schema.</param>
/// <param name="Kind">typtype: b, c, d, e, m, p, r.</param>
/// <param name="BaseOid">A domain's type; 0: no domain.</param>
/// <param name="BaseModifier">A domain's modifier; -1: none.</param>
/// <param name="ElementOid">Type of an array's elements; 0: no array.</param>
/// <param name="Labels">An enum's, in order.</param>
internal sealed record PgType(uint Oid, string Name, char Kind, uint BaseOid, int BaseModifier, uint ElementOid, IReadOnlyList<string> Labels);
