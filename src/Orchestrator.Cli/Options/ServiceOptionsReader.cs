using System.Net;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.ControlStore;
using Orchestrator.Service;

namespace Orchestrator.Cli.Options;

/// <summary>Builds the options of the service, and notes all that is wrong with them.</summary>
internal static class ServiceOptionsReader
{
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
        };
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
