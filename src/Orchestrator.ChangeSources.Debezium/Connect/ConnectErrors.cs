using System.Net;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>What can go wrong between Kafka Connect and us, each in one sentence. The texts given are masked already.</summary>
internal static class ConnectErrors
{
    public static OrchestratorException Unreachable(string address, string what, string why, Exception? inner) => new(
        ErrorKind.Transient, "E-DBZ-030", $"Kafka Connect at {address} cannot be reached to {what}: {why}.",
        "Check that Kafka Connect runs there and that the URL is right.", inner);

    public static OrchestratorException NoAnswer(string address, string what, TimeSpan limit, Exception? inner) => new(
        ErrorKind.Transient, "E-DBZ-031", $"Kafka Connect at {address} gave no answer within {limit.TotalSeconds:0.#} s when asked to {what}.",
        "Look into Kafka Connect's log: a worker that cannot reach its brokers answers late or never.", inner);

    public static OrchestratorException Busy(string address, string what, int status, string message, int tries) => new(
        ErrorKind.Transient, "E-DBZ-032",
        $"Kafka Connect at {address} was not ready to {what} in {tries} tries: status {status}{Said(message)}.",
        "Workers rebalance when one starts, stops or is lost; wait, or look into Kafka Connect's log.");

    public static OrchestratorException NotAllowed(string address, string what, int status) => new(
        ErrorKind.Configuration, "E-DBZ-033", $"Kafka Connect at {address} does not let us {what}: status {status}.",
        "Give user and password in its URL, http://user:password@host:8083.");

    public static OrchestratorException Invalid(string connector, IReadOnlyList<FieldProblem> problems) => new(
        ErrorKind.Configuration, "E-DBZ-034",
        $"Kafka Connect refuses the configuration of connector {connector}: {string.Join("; ", problems.Select(p => $"{p.Field}: {string.Join(", ", p.Messages)}"))}.",
        "Correct what the settings named come from: the source's URL as Kafka Connect reaches it, rights of the account, or its worker's policy.");

    public static OrchestratorException NoPlugin(string address, string type, IEnumerable<string> there) => new(
        ErrorKind.Configuration, "E-DBZ-035",
        $"Kafka Connect at {address} has no connector {type}. It has: {Listed(there)}.",
        "Install the Debezium connector on every worker's plugin.path and restart the workers.");

    public static OrchestratorException NotFound(string address, string what, string message) => new(
        ErrorKind.Data, "E-DBZ-036", $"Kafka Connect at {address} knows nothing of what it was asked to {what}: status 404{Said(message)}.",
        "If the connector was deleted, its place in the source's log may be lost: roll back, start again.");

    public static OrchestratorException Refused(string address, string what, int status, string message) => new(
        ErrorKind.Configuration, "E-DBZ-037", $"Kafka Connect at {address} refused to {what}: status {status}{Said(message)}.",
        "Correct what its message names.");

    public static OrchestratorException Failed(string address, string what, int status, string message) => new(
        ErrorKind.Transient, "E-DBZ-038", $"Kafka Connect at {address} failed to {what}: status {status}{Said(message)}.",
        "Look into Kafka Connect's log.");

    public static OrchestratorException NotConnect(string address, string what, Exception? inner) => new(
        ErrorKind.Configuration, "E-DBZ-039", $"What answered at {address} when asked to {what} is not Kafka Connect's REST API.",
        "Check the URL; Kafka Connect's port is usually 8083.", inner);

    public static OrchestratorException BadUrl(string why) => new(
        ErrorKind.Configuration, "E-DBZ-040", $"The URL of Kafka Connect cannot be used: {why}.", "Write it as http://user:password@host:8083.");

    public static OrchestratorException BadName(string what, string value, string rule) => new(
        ErrorKind.Configuration, "E-DBZ-041", $"{what} '{value}' cannot be used: {rule}.", "Choose another.");

    public static OrchestratorException TooOld(string address, string version, string needed, string why) => new(
        ErrorKind.Configuration, "E-DBZ-042", $"Kafka Connect at {address} is version {version}; {needed} or newer is needed {why}.",
        "Upgrade the workers, or follow changes without Kafka.");

    public static OrchestratorException StateNotReached(string connector, string wanted, string state, TimeSpan limit) => new(
        ErrorKind.Transient, "E-DBZ-043", $"Connector {connector} was told to be {wanted} and is {state} after {limit.TotalSeconds:0.#} s.",
        "Look into Kafka Connect's log.");

    /// <param name="status">As HTTP says it.</param>
    /// <param name="address">Masked.</param>
    /// <param name="what">What was asked, as in "to ...".</param>
    /// <param name="message">Connect's own, masked.</param>
    /// <param name="tries">How often it was asked.</param>
    public static OrchestratorException OfStatus(int status, string address, string what, string message, int tries) => status switch
    {
        (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden => NotAllowed(address, what, status),
        (int)HttpStatusCode.NotFound => NotFound(address, what, message),
        _ when ConnectAnswer.IsBusyStatus(status) => Busy(address, what, status, message, tries),
        >= 500 => Failed(address, what, status, message),
        _ => Refused(address, what, status, message),
    };

    private static string Said(string message) => message.Length == 0 ? "" : $" ({message.TrimEnd('.', ' ', '\n')})";

    private static string Listed(IEnumerable<string> names)
    {
        var text = string.Join(", ", names);
        return text.Length == 0 ? "none" : text;
    }
}
