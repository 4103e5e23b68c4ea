using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// Where Kafka Connect's REST API is: <c>http://user:password@host:8083/path</c>. User and password become basic
/// authentication and are in no text: neither in <see cref="ToString"/> nor in the address requests are sent to.
/// </summary>
internal sealed class ConnectAddress
{
    private ConnectAddress(Uri root, string? user, string? password) => (Root, User, Password) = (root, user, password);

    /// <summary>Without user and password, ending with a slash.</summary>
    public Uri Root { get; }

    public string? User { get; }

    /// <summary>A secret.</summary>
    public string? Password { get; }

    /// <summary>What must not be shown.</summary>
    public IEnumerable<string> Secrets => string.IsNullOrEmpty(Password) ? [] : [Password, Uri.EscapeDataString(Password)];

    /// <exception cref="OrchestratorException">Configuration <c>E-DBZ-040</c>: not such a URL; the password is never shown.</exception>
    public static ConnectAddress Parse(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri)) throw ConnectErrors.BadUrl("it is not a URL");
        if (uri.Scheme is not ("http" or "https")) throw ConnectErrors.BadUrl("it does not start with http:// or https://");
        if (uri.Host.Length == 0) throw ConnectErrors.BadUrl("it names no host");
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0) throw ConnectErrors.BadUrl("it has a ? or #; special characters of a password must be percent-encoded");
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var (user, password) = colon < 0 ? (uri.UserInfo, "") : (uri.UserInfo[..colon], uri.UserInfo[(colon + 1)..]);
        var root = new UriBuilder(uri) { UserName = "", Password = "", Path = uri.AbsolutePath.TrimEnd('/') + "/" };
        return user.Length == 0
            ? new ConnectAddress(root.Uri, null, null)
            : new ConnectAddress(root.Uri, Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
    }

    /// <summary>For people.</summary>
    public override string ToString() => User is null ? Root.ToString() : $"{Root.Scheme}://{User}:{SecretText.Hidden}@{Root.Authority}{Root.AbsolutePath}";
}
