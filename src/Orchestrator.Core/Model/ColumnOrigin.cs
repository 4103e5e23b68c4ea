namespace Orchestrator.Core.Model;

/// <summary>What a column is on a source that is no PostgreSQL: name, type and the way its values become the target's.</summary>
/// <param name="Name">Name on the source.</param>
/// <param name="Type">Declared type as the source's catalog spells it, e.g. <c>int(10) unsigned</c>, <c>enum('a','b')</c>.</param>
/// <param name="Charset">Character set of its text, in the source's words; empty if it holds none.</param>
/// <param name="Conversion">Rules the values are converted by, as the source's engine writes them; empty: the type's own.</param>
public sealed record ColumnOrigin(string Name, string Type, string Charset, string Conversion)
{
    public override string ToString() => $"{Name} {Type} {Charset} {Conversion}".TrimEnd();
}
