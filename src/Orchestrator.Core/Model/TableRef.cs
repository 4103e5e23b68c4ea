namespace Orchestrator.Core.Model;

/// <summary>Name of a table, exactly as the catalog spells it (never quoted, case kept).</summary>
public readonly record struct TableRef(string Schema, string Name)
{
    /// <summary>For people and logs only; SQL goes through the engine's quoting function.</summary>
    public override string ToString() => $"{Schema}.{Name}";
}
