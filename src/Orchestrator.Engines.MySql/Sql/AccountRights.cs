namespace Orchestrator.Engines.MySql.Sql;

/// <summary>What the account may do, as the server lists it; rights it has by roles that are not in force are not among them.</summary>
/// <param name="grants">The statements, in upper case.</param>
internal sealed class AccountRights(IReadOnlyList<string> grants)
{
    public static async Task<AccountRights> ReadAsync(MySqlConnection connection, CancellationToken ct) =>
        new([.. (await connection.RowsAsync("SHOW GRANTS", ct)).Select(r => r[0]!.ToUpperInvariant())]);

    /// <summary>The account has one of these rights on the whole server.</summary>
    public bool MayOnServer(params string[] rights) => grants.Any(g =>
        g.Contains(" ON *.* ", StringComparison.Ordinal) && (g.StartsWith("GRANT ALL PRIVILEGES ", StringComparison.Ordinal) || rights.Any(r => HasRight(g, r))));

    /// <summary>The account has the right on the whole server or on every one of the databases.</summary>
    public bool MayOnDatabases(string right, IEnumerable<string> databases) => MayOnServer(right) || databases.All(d => grants.Any(g =>
        g.Replace("\\_", "_", StringComparison.Ordinal).Contains($" ON {MySqlName.Quote(d).ToUpperInvariant()}.* ", StringComparison.Ordinal)
        && (g.StartsWith("GRANT ALL PRIVILEGES ", StringComparison.Ordinal) || HasRight(g, right))));

    private static bool HasRight(string grant, string right) =>
        grant[6..grant.IndexOf(" ON ", StringComparison.Ordinal)].Split(',', StringSplitOptions.TrimEntries).Contains(right, StringComparer.Ordinal);
}
