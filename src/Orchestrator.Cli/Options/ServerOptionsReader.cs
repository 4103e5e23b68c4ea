using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>A service, and what it knows the caller by.</summary>
/// <param name="Root">With a slash at its end.</param>
/// <param name="Token">A secret.</param>
internal sealed record ServiceAddress(Uri Root, string Token)
{
    /// <summary>What is sent there can be read on its way.</summary>
    public bool IsOpenToOthers => Root.Scheme == Uri.UriSchemeHttp && !Root.IsLoopback;

    /// <summary>For people.</summary>
    public override string ToString() => Root.ToString().TrimEnd('/');
}

/// <summary>Which service is asked, and notes what does not go together with one.</summary>
internal static class ServerOptionsReader
{
    /// <summary>What means the same wherever the runs are. All else was decided when the migration was created.</summary>
    private static readonly IReadOnlyList<OptionSpec> Fitting =
        [.. OptionCatalog.OfServer, OptionCatalog.Run, OptionCatalog.Watch, OptionCatalog.Json, OptionCatalog.Quiet, OptionCatalog.NoColor];

    /// <returns>Null: the runs that are kept here are meant.</returns>
    public static ServiceAddress? Read(EffectiveOptions options, OptionReader read)
    {
        if (options.Find(OptionCatalog.Server) is not { } server)
        {
            if (options.Find(OptionCatalog.Token) is { Origin: "flag" }) read.Require(OptionCatalog.Token, "is only for --server URL");
            return null;
        }

        read.Refuse(options.All.Where(v => Conflicts(v, server, options)).Select(v => v.Spec), "does not go together with --server: the service has its own");
        var url = read.Url(OptionCatalog.Server, Check);
        var token = Token(options, read);
        return url.Length == 0 ? null : new ServiceAddress(new Uri(url.TrimEnd('/') + "/"), token);
    }

    /// <summary>A migration's name or id, or its run's name.</summary>
    public static string RunName(OptionReader read) => read.Matching(
        OptionCatalog.Run, n => Core.Runs.RunName.IsValid(n) || Guid.TryParse(n, out _), $"must be a migration's id or name, {Core.Runs.RunName.Rule}");

    /// <summary>
    /// A flag is said on purpose. Another place of runs that stands in the environment or in a file contradicts a server that
    /// stands no nearer; one that stands farther away is overruled, as everywhere.
    /// </summary>
    private static bool Conflicts(EffectiveValue value, EffectiveValue server, EffectiveOptions options) =>
        !Fitting.Contains(value.Spec) && !value.IsDefault && (value.Origin == "flag" || (IsPlace(value.Spec, options) && Distance(value) <= Distance(server)));

    /// <summary>URLs mean a comparison of their own unless a run is named by a flag.</summary>
    private static bool IsPlace(OptionSpec spec, EffectiveOptions options) =>
        spec == OptionCatalog.State || spec == OptionCatalog.ControlDb || (spec == OptionCatalog.SourceDb && options.Find(OptionCatalog.Run) is not { Origin: "flag" });

    private static int Distance(EffectiveValue value) => value.Origin.Split(' ')[0] switch { "flag" => 0, "environment" => 1, _ => 2 };

    private static string Token(EffectiveOptions options, OptionReader read)
    {
        if (options.Find(OptionCatalog.Token) is null)
        {
            read.Require(OptionCatalog.Token, $"is needed with --server (or {OptionCatalog.Token.Environment}, or {OptionCatalog.Token.Name} in the --config file)");
            return "";
        }

        var token = read.Secret(OptionCatalog.Token);
        // It becomes part of a header: anything else would end there, or be sent as something else.
        if (token is not null && (token.Length == 0 || !token.All(c => c is > ' ' and <= '~'))) read.Require(OptionCatalog.Token, "must be one word of ASCII characters");
        return token ?? "";
    }

    private static void Check(string url)
    {
        var isOne = Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.Host.Length > 0 && uri is { UserInfo: "", Query: "", Fragment: "" };
        if (!isOne) throw new OrchestratorException(ErrorKind.Configuration, "E-CFG-001", "Must be https://host or http://host:port, without user, password and parameters.");
    }
}
