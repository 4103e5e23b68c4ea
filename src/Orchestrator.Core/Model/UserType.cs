namespace Orchestrator.Core.Model;

/// <summary>What a type is that somebody made on a PostgreSQL source (pg_type.typtype).</summary>
public enum UserTypeKind
{
    Enum,
    Domain,
    Range,

    /// <summary>Composite types, types of extensions, multiranges.</summary>
    Other,
}

/// <summary>One such type.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="BaseType">Of a domain: the type below all domains, with modifiers, as format_type spells it; empty otherwise.</param>
public sealed record UserType(UserTypeKind Kind, string BaseType = "");
