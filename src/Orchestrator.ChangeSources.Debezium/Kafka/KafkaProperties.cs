using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// Which of librdkafka's properties a user may set: security and the network. Others would undo what we rely on
/// (offsets, isolation, bounds of memory) or run programs (<c>sasl.kerberos.kinit.cmd</c>, <c>plugin.library.paths</c>).
/// Names: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md.
/// </summary>
internal static class KafkaProperties
{
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        "security.protocol", "sasl.mechanism", "sasl.mechanisms", "sasl.username", "sasl.password",
        "sasl.kerberos.service.name", "sasl.kerberos.principal", "sasl.kerberos.keytab",
        "sasl.oauthbearer.method", "sasl.oauthbearer.client.id", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.scope",
        "sasl.oauthbearer.extensions", "sasl.oauthbearer.token.endpoint.url",
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location", "ssl.key.pem",
        "ssl.key.password", "ssl.keystore.location", "ssl.keystore.password", "ssl.crl.location", "ssl.cipher.suites",
        "ssl.curves.list", "ssl.sigalgs.list", "ssl.endpoint.identification.algorithm", "enable.ssl.certificate.verification",
        "socket.keepalive.enable", "socket.timeout.ms", "socket.connection.setup.timeout.ms", "broker.address.family",
        "client.dns.lookup", "client.rack",
    };

    private static readonly HashSet<string> Secret = new(StringComparer.Ordinal)
    {
        "sasl.password", "sasl.oauthbearer.client.secret", "ssl.key.pem", "ssl.key.password", "ssl.keystore.password",
    };

    public static bool IsAllowed(string name) => Allowed.Contains(name);

    public static bool IsSecret(string name) => Secret.Contains(name);

    /// <summary>The properties as they may be printed.</summary>
    public static IEnumerable<string> Shown(IReadOnlyDictionary<string, string> properties) =>
        properties.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={(IsSecret(p.Key) ? SecretText.Hidden : p.Value)}");
}
