using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>Logs in once, before anything is created.</summary>
public static class MySqlConnectCheck
{
    /// <param name="url">Checked by <see cref="MySqlUrl"/>; a secret.</param>
    /// <param name="ct">Stops the waiting.</param>
    /// <exception cref="OrchestratorException"><c>E-CONN-...</c>: the server cannot be reached or does not let us in.</exception>
    public static async Task RunAsync(string url, CancellationToken ct)
    {
        var to = MySqlUrl.Parse(url);
        try
        {
            using var connection = await new MySqlSession(to).OpenAsync(ct);
        }
        catch (OrchestratorException e)
        {
            throw Described(e, to);
        }
    }

    private static OrchestratorException Described(OrchestratorException error, MySqlUrl to)
    {
        var where = $"source {to.Address.Host}:{to.Address.Port}";
        var (code, message, fix) = MySqlErrors.NumberOf(error) switch
        {
            // The library keeps its own words for this but the server's number; its words are in no other language.
            1045 when Reason(error).StartsWith("Plugin ", StringComparison.Ordinal) => NoPlugin(),
            2005 => ("E-CONN-001", $"Cannot find the {where}: the name is not known.", "Check the host name in the URL."),
            2002 or 2003 => ("E-CONN-002", $"Cannot connect to {where}: {Reason(error)}.", "Check host and port in the URL and that the server is up."),
            1045 or 1698 => ("E-CONN-012", $"Cannot log in to {where} as {to.Address.User}: password refused.", "Check the user and the password in the URL; special characters must be percent-encoded."),
            1040 => ("E-CONN-014", $"The {where} has no connection left.", "Close sessions or raise max_connections there."),
            2026 => ("E-CONN-004", $"The TLS connection to {where} failed: {Reason(error)}.", "Name the authority's certificate with sslrootcert in the URL, or choose another sslmode."),
            2058 or 2059 or 2060 or 2061 => NoPlugin(),
            1130 => ("E-CONN-011", $"Cannot log in to {where}: the server does not allow this host.", "Create the account for this host."),
            0 => (error.Code, error.Message, error.Fix),
            _ => ("E-CONN-019", $"Cannot connect to {where}: {Reason(error)}.", "Read the server's log for the reason."),
        };
        return new OrchestratorException(error.Kind, code, $"{message} Nothing was changed.", fix, error);

        (string, string, string) NoPlugin() => (
            "E-CONN-017", $"Cannot log in to {where} as {to.Address.User}: the client library does not know how: {Reason(error)}.",
            "Install the library with its plugins (Debian: libmariadb3), or give the account another method: ALTER USER ... IDENTIFIED WITH caching_sha2_password BY '...'.");
    }

    private static string Reason(OrchestratorException error) => SecretText.Mask(error.InnerException!.Message).TrimEnd('.');
}
