using System.Text.RegularExpressions;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>What a statement in the log means for the tables that are followed.</summary>
internal enum StatementEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The transaction begins.</summary>
    Begin,

    /// <summary>The transaction ends and holds.</summary>
    Commit,

    /// <summary>The transaction ends and leaves nothing; changes of tables without transactions stay.</summary>
    Rollback,

    /// <summary>Rows written before in this transaction are taken back.</summary>
    RollbackToSavepoint,

    /// <summary>The table is emptied.</summary>
    Truncate,

    /// <summary>The table's structure changes, or may.</summary>
    Alter,

    /// <summary>Rows may change by the statement itself, of which the log tells no rows.</summary>
    Write,

    /// <summary>A prepared transaction of two phases.</summary>
    TwoPhase,
}

/// <summary>A statement of the log, looked at no closer than needed: its first words and the tables it names.</summary>
internal static partial class StatementKind
{
    /// <param name="sql">The statement.</param>
    /// <param name="database">Database it ran in.</param>
    /// <param name="isFollowed">Whether a table is followed.</param>
    /// <returns>What it does and, for what concerns one followed table, which.</returns>
    public static (StatementEffect Effect, string? Table) Of(string sql, string database, Func<string, string, bool> isFollowed)
    {
        var bare = Comment().Replace(sql, " ").TrimStart();
        var word = FirstWord().Match(bare).Value.ToUpperInvariant();
        switch (word)
        {
            case "BEGIN": return (StatementEffect.Begin, null);
            case "COMMIT": return (StatementEffect.Commit, null);
            case "ROLLBACK": return (bare.Contains("TO", StringComparison.OrdinalIgnoreCase) ? StatementEffect.RollbackToSavepoint : StatementEffect.Rollback, null);
            case "XA": return (StatementEffect.TwoPhase, null);
            case "INSERT" or "UPDATE" or "DELETE" or "REPLACE" or "LOAD" or "MERGE" or "CALL": return Named(bare, database, isFollowed, StatementEffect.Write);
            case "TRUNCATE": return Named(bare, database, isFollowed, StatementEffect.Truncate);
            // CREATE TABLE ... SELECT is one transaction with the rows that follow it (MySQL 8.0.21).
            case "CREATE" when BeginsTransaction().IsMatch(bare) && Structure(bare, database, isFollowed).Effect == StatementEffect.None: return (StatementEffect.Begin, null);
            case "ALTER" or "DROP" or "RENAME" or "CREATE": return Structure(bare, database, isFollowed);
            default: return (StatementEffect.None, null);
        }
    }

    /// <summary>Indexes, keys, comments and counters leave rows as they are; not with IGNORE, which drops rows that are alike.</summary>
    private static (StatementEffect Effect, string? Table) Structure(string sql, string database, Func<string, string, bool> isFollowed)
    {
        if (DropDatabase().IsMatch(sql)) return Named(sql, database, (d, t) => d == t, StatementEffect.Alter);
        if (IndexStatement().IsMatch(sql) || ViewStatement().IsMatch(sql)) return (StatementEffect.None, null);
        // Of a statement that makes a table only that table changes, whatever others its columns, keys or query name.
        var made = MadeTable().Match(sql);
        var named = Named(made.Success ? made.Groups["name"].Value : sql, database, isFollowed, StatementEffect.Alter);
        if (named.Table is null || !AlterTable().IsMatch(sql)) return named;
        var clauses = AlterTable().Replace(sql, "", 1);
        return SplitClauses(clauses).All(c => HarmlessClause().IsMatch(c)) ? (StatementEffect.None, null) : named;
    }

    /// <summary>The first followed table that is named, wherever, in backticks or as ANSI_QUOTES has it; a word inside a text may be taken for one, which errs on the safe side.</summary>
    private static (StatementEffect Effect, string? Table) Named(string sql, string database, Func<string, string, bool> isFollowed, StatementEffect effect)
    {
        foreach (Match name in Name().Matches(sql))
        {
            var first = Unquote(name.Groups["first"].Value);
            var second = name.Groups["second"].Success ? Unquote(name.Groups["second"].Value) : null;
            if (second is null ? isFollowed(database, first) : isFollowed(first, second)) return (effect, second is null ? $"{database}.{first}" : $"{first}.{second}");
        }

        return (StatementEffect.None, null);
    }

    private static IEnumerable<string> SplitClauses(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static string Unquote(string name) => name.StartsWith('`') ? name[1..^1].Replace("``", "`", StringComparison.Ordinal) : name;

    [GeneratedRegex(@"/\*(?!!).*?\*/|^\s*(--|#)[^\n]*\n|/\*!\d*|\*/", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[A-Za-z]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"^DROP\s+(DATABASE|SCHEMA)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex DropDatabase();

    [GeneratedRegex(@"^(CREATE|DROP)\s+(OR\s+REPLACE\s+)?(UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IndexStatement();

    [GeneratedRegex(@"^(CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+)?((ALGORITHM|DEFINER|SQL)\b[^;]*?\s)?(VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|USER|ROLE|SEQUENCE|TEMPORARY\s+TABLE)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex ViewStatement();

    [GeneratedRegex(@"^CREATE\s+(OR\s+REPLACE\s+)?(TEMPORARY\s+)?TABLE\s+(IF\s+NOT\s+EXISTS\s+)?(?<name>(`(``|[^`])+`|[\w$]+)(\s*\.\s*(`(``|[^`])+`|[\w$]+))?)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex MadeTable();

    [GeneratedRegex(@"\bSTART\s+TRANSACTION\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex BeginsTransaction();

    [GeneratedRegex(@"^ALTER\s+(ONLINE\s+)?TABLE\s+(IF\s+EXISTS\s+)?(`(``|[^`])+`|[\w$]+)(\s*\.\s*(`(``|[^`])+`|[\w$]+))?\s*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex AlterTable();

    [GeneratedRegex(@"^(ADD\s+(UNIQUE|FULLTEXT|SPATIAL|INDEX|KEY|CONSTRAINT|FOREIGN|CHECK)\b|DROP\s+(INDEX|KEY|FOREIGN|CONSTRAINT|CHECK)\b|(ALTER|RENAME)\s+(INDEX|KEY)\b|COMMENT\b|AUTO_INCREMENT\b|(ENABLE|DISABLE)\s+KEYS\b|ALGORITHM\b|LOCK\b|STATS_)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex HarmlessClause();

    [GeneratedRegex(@"(?<first>`(``|[^`])+`|[\w$]+)(""?\s*\.\s*""?(?<second>`(``|[^`])+`|[\w$]+))?", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
