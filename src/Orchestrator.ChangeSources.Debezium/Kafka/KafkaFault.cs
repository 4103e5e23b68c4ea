using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>What an error of the client library means; by its code, never by its text.</summary>
internal static class KafkaFault
{
    /// <summary>Rights or credentials are wrong: trying again changes nothing.</summary>
    public static bool IsRefusal(ErrorCode code) => IsAuthentication(code) || IsAuthorization(code);

    /// <summary>The records to go on with are not there.</summary>
    public static bool IsGap(ErrorCode code) =>
        code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.Local_LogTruncation;

    /// <summary>The record's bytes are not what a record is.</summary>
    public static bool IsDamage(ErrorCode code) =>
        code is ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.InvalidMsg;

    /// <summary>The topic or partition is not known, now.</summary>
    public static bool IsUnknownTopic(ErrorCode code) =>
        code is ErrorCode.UnknownTopicOrPart or ErrorCode.UnknownTopicId or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition;

    /// <summary>The error to raise when a request failed as a whole.</summary>
    /// <param name="error">What the library says.</param>
    /// <param name="what">What was asked for, after "refused to".</param>
    /// <param name="options">Whose secrets are masked.</param>
    /// <param name="inner">What it came with.</param>
    public static OrchestratorException Of(Error error, string what, KafkaOptions options, Exception? inner = null)
    {
        var reason = options.Masked(error.Reason);
        if (IsAuthentication(error.Code)) return KafkaErrors.Authentication(options.BootstrapServers, reason);
        if (IsAuthorization(error.Code)) return KafkaErrors.Authorization($"them to {what}", reason);
        return error.IsLocalError && error.Code != ErrorCode.Local_UnsupportedFeature || IsPassing(error.Code)
            ? KafkaErrors.Unreachable(options.BootstrapServers, reason, inner)
            : KafkaErrors.Refused(what, reason, inner);
    }

    private static bool IsAuthentication(ErrorCode code) =>
        code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed
            or ErrorCode.UnsupportedSaslMechanism or ErrorCode.IllegalSaslState;

    private static bool IsAuthorization(ErrorCode code) =>
        code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed;

    private static bool IsPassing(ErrorCode code) =>
        code is ErrorCode.Unknown or ErrorCode.NetworkException or ErrorCode.GroupLoadInProgress or ErrorCode.KafkaStorageError
            or ErrorCode.NotEnoughReplicas or ErrorCode.ThrottlingQuotaExceeded or ErrorCode.RequestTimedOut or ErrorCode.NotController or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition
            or ErrorCode.BrokerNotAvailable or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.NonEmptyGroup;
}
