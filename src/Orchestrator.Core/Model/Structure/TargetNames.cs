using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Core.Model.Structure;

/// <summary>
/// Names that fit PostgreSQL: at most 63 bytes, which it would otherwise cut off silently, and unique in their schema, where
/// tables, indexes and sequences share one room. A name that is too long or taken ends in a digest of the whole (CASES MP19, SP5).
/// </summary>
public sealed class TargetNames
{
    /// <summary>NAMEDATALEN - 1.</summary>
    public const int LongestName = 63;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The name itself if it fits.</summary>
    public static string Fit(string name) => Encoding.UTF8.GetByteCount(name) <= LongestName ? name : Shortened(name);

    /// <summary>A name nobody else of this schema has.</summary>
    public string Take(string name)
    {
        var fitting = Fit(name);
        if (!_taken.Add(fitting)) _taken.Add(fitting = Shortened(name + "\0" + _taken.Count));
        return fitting;
    }

    private static string Shortened(string name)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
        var kept = new StringBuilder();
        var room = LongestName - digest.Length - 1;
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value == 0 || (room -= rune.Utf8SequenceLength) < 0) break;
            kept.Append(rune);
        }

        return $"{kept}_{digest}";
    }
}
