using System.Net;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.ControlStore;
using Orchestrator.Service;

namespace Orchestrator.Cli.Options;

/// <summary>Builds the options of the service, and notes all that is wrong with them.</summary>
internal static class ServiceOptionsReader
{
    private const string OwnPrefix = "ORCHESTRATOR_";

    public static ServiceOptions Read(EffectiveOptions options, StoreLocation store, OptionReader read)
    {
        var isDemo = read.Switch(OptionCatalog.Demo);
        return new ServiceOptions
        {
            Urls = Urls(options, read),
            Store = store,
            TokenKey = Key(read, isDemo),
            TokenLifetime = read.Time(OptionCatalog.TokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), "1m to 720h"),
            OpenSignup = read.Switch(OptionCatalog.OpenSignup),
            AllowedNetworks = [.. Networks(options, read), .. isDemo ? [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] : Array.Empty<IPNetwork>()],
            SqliteFolder = options.Text(OptionCatalog.SqliteFolder),
            SecretEnvPrefix = options.Text(OptionCatalog.AllowSecretEnv) is null ? null : read.Matching(OptionCatalog.AllowSecretEnv, IsForeign, "must be at least 3 characters, and not how the service's own variables begin"),
            SecretFolder = options.Text(OptionCatalog.AllowSecretDir) is null
                ? null : read.Matching(OptionCatalog.AllowSecretDir, d => IsApart(d, store.StateDirectory), "must be a folder apart from the state directory, where the service's own secrets are"),
            SecretAwsPrefix = options.Text(OptionCatalog.AllowSecretAws) is null ? null : read.Matching(OptionCatalog.AllowSecretAws, p => p.Length >= 3, "must be at least 3 characters"),
            BackupDirectory = options.Text(OptionCatalog.BackupDir),
            KeepBackups = read.Number(OptionCatalog.KeepBackups, 1, 1000),
        };
    }

    private static bool IsForeign(string prefix) =>
        prefix.Length >= 3 && !prefix.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase) && !OwnPrefix.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsApart(string folder, string state)
    {
        var (a, b) = (Path.GetFullPath(folder.Split("{tenant}")[0]).TrimEnd('/') + "/", Path.GetFullPath(state).TrimEnd('/') + "/");
        return !a.StartsWith(b, StringComparison.Ordinal) && !b.StartsWith(a, StringComparison.Ordinal);
    }

    private static byte[] Key(OptionReader read, bool isDemo)
    {
        var text = read.Secret(OptionCatalog.TokenKey);
        if (text is null && isDemo) return RandomNumberGenerator.GetBytes(ServiceOptions.KeyBytes);
        var key = Encoding.UTF8.GetBytes(text ?? "");
        if (key.Length < ServiceOptions.KeyBytes) read.Require(OptionCatalog.TokenKey, $"must be a secret of at least {ServiceOptions.KeyBytes} characters, as env:NAME or file:PATH (openssl rand -base64 48 makes one)");
        return key;
    }

    private static List<string> Urls(EffectiveOptions options, OptionReader read)
    {
        var urls = options.Text(OptionCatalog.Urls)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var url in urls.Where(u => !Uri.TryCreate(u, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/"))
            read.Wrong(OptionCatalog.Urls, "must be http://address:port; TLS is for a proxy before it", url, 0);
        return urls;
    }

    private static IEnumerable<IPNetwork> Networks(EffectiveOptions options, OptionReader read)
    {
        foreach (var text in (options.Text(OptionCatalog.AllowNetwork) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(text, out var network)) yield return network;
            else read.Wrong(OptionCatalog.AllowNetwork, "must be networks such as 10.0.0.0/8", text, 0);
        }
    }
}
