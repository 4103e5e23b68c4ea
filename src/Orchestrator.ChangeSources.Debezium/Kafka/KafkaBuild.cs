using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Makes the library's clients; a setting it does not take is a configuration error.</summary>
internal static class KafkaBuild
{
    public static IAdminClient Admin(KafkaOptions options) => Guarded(options, () =>
        new AdminClientBuilder(KafkaClientSettings.Admin(options))
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build());

    public static T Guarded<T>(KafkaOptions options, Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library quotes values it does not take, so its own exception must not travel along.
            throw KafkaErrors.Options(options.Masked(e.Message).TrimEnd('.'));
        }
        catch (KafkaException e)
        {
            throw KafkaErrors.Options(options.Masked(e.Error.Reason).TrimEnd('.'));
        }
    }
}
