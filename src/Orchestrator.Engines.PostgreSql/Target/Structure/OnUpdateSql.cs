using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Structure;

/// <summary>
/// Columns that note the time of a change: a trigger per table. It is an ordinary one, so it does not fire in our own
/// sessions, which have the role of a replica.
/// </summary>
internal static class OnUpdateSql
{
    private const string Suffix = "_on_update";

    /// <summary>NAMEDATALEN - 1 (https://www.postgresql.org/docs/15/sql-syntax-lexical.html).</summary>
    private const int NameBytes = 63;

    /// <summary>
    /// Null if the table needs none. An update that changes nothing leaves the time alone; row images are compared, because
    /// not every type has an operator for equality.
    /// </summary>
    public static string? Function(TableStructure table)
    {
        var columns = table.Columns.Where(c => c.OnUpdate is not null).ToList();
        if (columns.Count == 0) return null;
        var sets = columns.Select(c => (Name: PgName.Quote(c.Name), c.OnUpdate))
            .Select(c => $"        IF NEW.{c.Name} IS NOT DISTINCT FROM OLD.{c.Name} THEN NEW.{c.Name} := {c.OnUpdate}; END IF;\n");
        var body = $"\nBEGIN\n    IF OLD *<> NEW THEN\n{string.Concat(sets)}    END IF;\n    RETURN NEW;\nEND\n";
        return $"CREATE FUNCTION {PgName.Quote(Name(table.Table))}() RETURNS trigger LANGUAGE plpgsql AS {PgName.Literal(body)}";
    }

    /// <summary>Null if the table needs none.</summary>
    public static string? Trigger(TableStructure table)
    {
        if (!table.Columns.Any(c => c.OnUpdate is not null)) return null;
        var name = Name(table.Table);
        return $"CREATE TRIGGER {PgName.Quote(name.Name)} BEFORE UPDATE ON {PgName.Quote(table.Table)} FOR EACH ROW EXECUTE FUNCTION {PgName.Quote(name)}()";
    }

    /// <summary>The table's name and what it is for; where that is too long, the name is cut and a digest tells it from its like.</summary>
    private static TableRef Name(TableRef table)
    {
        if (Encoding.UTF8.GetByteCount(table.Name + Suffix) <= NameBytes) return table with { Name = table.Name + Suffix };
        var digest = $"_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(table.Name)))[..8]}";
        var cut = new StringBuilder();
        var left = NameBytes - Suffix.Length - digest.Length;
        foreach (var rune in table.Name.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0) break;
            cut.Append(rune.ToString());
        }

        return table with { Name = $"{cut}{digest}{Suffix}" };
    }
}
