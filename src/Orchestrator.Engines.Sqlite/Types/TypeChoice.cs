using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>What a column becomes.</summary>
/// <param name="Type">Type with modifiers.</param>
/// <param name="CastType">Without modifiers, as the target's catalog spells it.</param>
/// <param name="Widened">Why it is not what the declared type suggests; null: it is.</param>
/// <param name="Refused">Why no type fits, with the row; null: one does.</param>
internal sealed record TypeChoice(string Type, string CastType, string? Widened = null, string? Refused = null)
{
    /// <summary>How its values are read and what they have to be.</summary>
    public ColumnRules Rules { get; init; } = new();

    /// <summary>Where its UUIDs come from; null: it has none made here.</summary>
    public string? KeyOrigin { get; init; }

    /// <summary>Chooses by what is declared and by what is really there (docs/sqlite.md has the table).</summary>
    /// <param name="declared">The declared type; empty: none.</param>
    /// <param name="isStrict">The table is STRICT.</param>
    /// <param name="scan">The values.</param>
    public static TypeChoice Of(string declared, bool isStrict, ColumnScan scan)
    {
        var affinity = Affinities.Of(declared, isStrict);
        var (type, why) = ByValues(declared, affinity, scan);
        var refused = type == "text" ? TextProblem(scan) : null;
        return new TypeChoice(type, type, why, refused);
    }

    /// <summary>With what the user wants of the values.</summary>
    public TypeChoice With(ColumnRules rules)
    {
        var form = CanonicalForm.Of(CastType, isEnum: false);
        var isCounted = rules.Conversion is ColumnConversion.UnixSeconds or ColumnConversion.UnixMilliseconds or ColumnConversion.JulianDay;
        var problem = isCounted && form is not (CanonicalForm.Date or CanonicalForm.Timestamp or CanonicalForm.Moment)
            ? $"is read as {ColumnRules.WordOf(rules.Conversion)}, which gives a date or timestamp, not {Type}"
            : ValueRange.ProblemOf(rules, form);
        return this with { Rules = rules, Refused = Refused ?? problem };
    }

    /// <summary>What the user wrote.</summary>
    /// <param name="type">The type.</param>
    /// <param name="scan">The values.</param>
    /// <param name="rejects">Rows whose values do not fit may be left out.</param>
    public static TypeChoice Wished(string type, ColumnScan scan, bool rejects)
    {
        var cast = CastTypeOf(type);
        var form = CanonicalForm.Of(cast, isEnum: false);
        var refused = form is null or CanonicalForm.Time or CanonicalForm.Bits || cast == "real" ? $"values of SQLite are not made {cast}"
            : form is CanonicalForm.Text or CanonicalForm.Json && !rejects ? TextProblem(scan) : null;
        return new TypeChoice(type, cast, null, refused);
    }

    private static (string Type, string? Why) ByValues(string declared, Affinity affinity, ColumnScan scan)
    {
        var (integer, real, text, blob) = (scan.Has(StorageClass.Integer), scan.Has(StorageClass.Real), scan.Has(StorageClass.Text), scan.Has(StorageClass.Blob));
        if (!integer && !real && !text && !blob) return (ByDeclaration(declared, affinity), null);
        if (blob) return Blobs(affinity, scan, alone: !integer && !real && !text);
        // A word SQLite does not know, DATETIME above all, says nothing about its values.
        var isPlain = affinity is Affinity.Text or Affinity.Blob || (affinity == Affinity.Numeric && !Affinities.IsDecimal(declared));
        if (text) return isPlain && !integer && !real ? ("text", null) : ("text", Found(declared, scan, Stranger(affinity, integer)));
        if (affinity == Affinity.Numeric && Affinities.IsDecimal(declared)) return ("numeric", null);
        if (!real) return ("bigint", affinity is Affinity.Text or Affinity.Real ? Found(declared, scan, StorageClass.Integer) : null);
        var type = !integer || scan.IntegersFitReal ? "double precision" : "numeric";
        return (type, affinity is Affinity.Integer or Affinity.Text || integer ? Found(declared, scan, StorageClass.Real) : null);
    }

    /// <summary>The class of value that the declaration does not let expect.</summary>
    private static StorageClass Stranger(Affinity affinity, bool integer) =>
        affinity is not (Affinity.Text or Affinity.Blob) ? StorageClass.Text : integer ? StorageClass.Integer : StorageClass.Real;

    private static string ByDeclaration(string declared, Affinity affinity) => affinity switch
    {
        Affinity.Integer => "bigint",
        Affinity.Real => "double precision",
        Affinity.Numeric when Affinities.IsDecimal(declared) => "numeric",
        Affinity.Blob when declared.Length > 0 && !declared.Equals("ANY", StringComparison.OrdinalIgnoreCase) => "bytea",
        _ => "text",
    };

    /// <summary>Blobs are bytes. Among other values they can be text only if all of them could have been.</summary>
    private static (string Type, string? Why) Blobs(Affinity affinity, ColumnScan scan, bool alone)
    {
        if (alone) return ("bytea", affinity == Affinity.Blob ? null : Counts(scan));
        return affinity == Affinity.Blob ? ("bytea", Counts(scan)) : ("text", Counts(scan));
    }

    private static string? TextProblem(ColumnScan scan) =>
        scan.BrokenText is { } broken ? $"holds text that is not UTF-8, first in {broken}"
        : scan.NulText is { } nul ? $"holds text with a NUL character, which PostgreSQL's text cannot, first in {nul}"
        : scan.BinaryBlob is { } blob ? $"holds bytes that are no text, first in {blob}"
        : null;

    private static string Found(string declared, ColumnScan scan, StorageClass kind) =>
        $"declared {(declared.Length > 0 ? declared : "without a type")}, {Counts(scan)}{(scan.First(kind) is { } first ? $"; the first {kind.ToString().ToLowerInvariant()} in {first}" : "")}";

    private static string Counts(ColumnScan scan) => "holds " + string.Join(", ", new[] { StorageClass.Integer, StorageClass.Real, StorageClass.Text, StorageClass.Blob }
        .Where(scan.Has).Select(k => $"{scan.Count(k)} {k.ToString().ToLowerInvariant()}"));

    private static string CastTypeOf(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var close = type.IndexOf(')', Math.Max(open, 0));
        var bare = (open < 0 || close < 0 ? type : type[..open].TrimEnd() + type[(close + 1)..]).Trim().ToLowerInvariant();
        return bare switch
        {
            "int" or "int4" => "integer",
            "int2" => "smallint",
            "int8" => "bigint",
            "bool" => "boolean",
            "decimal" => "numeric",
            "varchar" => "character varying",
            "char" => "character",
            "float8" or "float" => "double precision",
            "float4" => "real",
            "timestamptz" => "timestamp with time zone",
            "timestamp" => "timestamp without time zone",
            _ => bare,
        };
    }
}
