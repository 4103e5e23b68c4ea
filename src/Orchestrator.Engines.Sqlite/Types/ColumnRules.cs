using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>How the values of one column are read and what they have to be, as it stands in <see cref="Core.Model.ColumnOrigin.Conversion"/>.</summary>
internal sealed record ColumnRules
{
    private const string RequiredWord = "required";
    private const string MinWord = "min=";
    private const string MaxWord = "max=";
    private const string SecondsWord = "unix-seconds";
    private const string MillisecondsWord = "unix-milliseconds";
    private const string JulianWord = "julian-day";
    private const string KeyWord = "uuid-v5=";

    public ColumnConversion Conversion { get; init; }

    /// <summary>Makes the values of a key, or of what refers to it; null: the column is neither.</summary>
    public KeyUuid? Key { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>The least value; null: none.</summary>
    public string? Min { get; init; }

    /// <summary>The greatest; null: none.</summary>
    public string? Max { get; init; }

    /// <summary>The word the user writes.</summary>
    public static string WordOf(ColumnConversion conversion) => conversion switch
    {
        ColumnConversion.UnixSeconds => SecondsWord,
        ColumnConversion.UnixMilliseconds => MillisecondsWord,
        ColumnConversion.JulianDay => JulianWord,
        _ => "",
    };

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static ColumnRules Parse(string text)
    {
        var rules = new ColumnRules();
        var key = text.IndexOf(KeyWord, StringComparison.Ordinal);
        if (key >= 0)
        {
            var slash = text.IndexOf('/', key);
            rules = rules with { Conversion = ColumnConversion.UuidV5, Key = new KeyUuid(Guid.Parse(text.AsSpan(key + KeyWord.Length, slash - key - KeyWord.Length)), text[(slash + 1)..]) };
        }

        foreach (var word in (key >= 0 ? text[..key] : text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            rules = word switch
            {
                RequiredWord => rules with { IsRequired = true },
                SecondsWord => rules with { Conversion = ColumnConversion.UnixSeconds },
                MillisecondsWord => rules with { Conversion = ColumnConversion.UnixMilliseconds },
                JulianWord => rules with { Conversion = ColumnConversion.JulianDay },
                _ when word.StartsWith(MinWord, StringComparison.Ordinal) => rules with { Min = word[MinWord.Length..] },
                _ when word.StartsWith(MaxWord, StringComparison.Ordinal) => rules with { Max = word[MaxWord.Length..] },
                _ => throw new FormatException($"'{word}' is no rule of a column"),
            };
        }

        return rules;
    }

    /// <summary>The key comes last: names may hold blanks.</summary>
    public override string ToString() => string.Join(' ', new[]
    {
        IsRequired ? RequiredWord : "", Min is null ? "" : MinWord + Min, Max is null ? "" : MaxWord + Max, WordOf(Conversion), Key is null ? "" : $"{KeyWord}{Key.Space}/{Key.Prefix}",
    }.Where(w => w.Length > 0));
}
