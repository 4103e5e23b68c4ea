namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>What a column prefers to store (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).</summary>
internal enum Affinity
{
    /// <summary>Nothing; also called NONE.</summary>
    Blob,
    Text,
    Numeric,
    Integer,
    Real,
}

/// <summary>The rules, in their order.</summary>
internal static class Affinities
{
    private static readonly string[] DecimalNames = ["NUMERIC", "DECIMAL", "NUMBER", "MONEY"];

    /// <param name="declared">The declared type; empty: none.</param>
    /// <param name="isStrict">The table is STRICT, whose ANY prefers nothing.</param>
    public static Affinity Of(string declared, bool isStrict)
    {
        if (isStrict && Is(declared, "ANY")) return Affinity.Blob;
        if (Has(declared, "INT")) return Affinity.Integer;
        if (Has(declared, "CHAR") || Has(declared, "CLOB") || Has(declared, "TEXT")) return Affinity.Text;
        if (declared.Length == 0 || Has(declared, "BLOB")) return Affinity.Blob;
        return Has(declared, "REAL") || Has(declared, "FLOA") || Has(declared, "DOUB") ? Affinity.Real : Affinity.Numeric;
    }

    /// <summary>It says decimal number, not date or boolean, which prefer numbers too.</summary>
    public static bool IsDecimal(string declared) => DecimalNames.Any(n => declared.StartsWith(n, StringComparison.OrdinalIgnoreCase));

    private static bool Has(string declared, string part) => declared.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static bool Is(string declared, string name) => declared.Equals(name, StringComparison.OrdinalIgnoreCase);
}
