using System.Net;
using System.Text.Json;
using Orchestrator.Cli.Options;
using Orchestrator.Core.Errors;

namespace Orchestrator.Cli.Remote;

/// <summary>What goes wrong with a service, in the words and with the codes of the same things here.</summary>
internal static class ServiceErrors
{
    /// <summary>Code of what the service does not have, or not for this caller.</summary>
    public const string NotFound = "E-API-002";

    /// <summary>The service refused a request, or something else answered in its place.</summary>
    public static OrchestratorException Of(ServiceAddress service, HttpStatusCode status, string body) => ProblemOf(body) switch
    {
        { Code: "E-AUTH-001" } => new(
            ErrorKind.Configuration, "E-AUTH-001", $"The service {service} does not take the token: it is wrong, or not valid any more.",
            "Log in again, or let an administrator make a key; give it with --token file:PATH or ORCHESTRATOR_TOKEN."),
        { Code: { } code } problem => new(KindOf(status), code, problem.Detail ?? $"The service {service} answered with status {(int)status}.", problem.Fix ?? "")
        {
            Table = problem.Table, Column = problem.Column,
        },
        _ => Strange(service, KindOf(status), $"status {(int)status}"),
    };

    /// <summary>Something answered, but not as the service does.</summary>
    public static OrchestratorException Strange(ServiceAddress service, ErrorKind kind, string what) => new(
        kind, "E-SVC-005", $"What answers at {service} does not answer as the service does: {what}.", "Check the URL of --server, and the proxy before the service.");

    /// <summary>There was no answer.</summary>
    public static OrchestratorException Unreached(ServiceAddress service, HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(ErrorKind.Transient, "E-CONN-001", $"Cannot find the service {service}: the name is not known.", "Check the host name in --server.", error),
        HttpRequestError.ConnectionError => new(ErrorKind.Transient, "E-CONN-002", $"Cannot connect to the service {service}: nothing answers there.", "Check host and port in --server and that the service is up.", error),
        HttpRequestError.SecureConnectionError => new(
            ErrorKind.Configuration, "E-CONN-004", $"The TLS connection to the service {service} failed: {Cause(error)}.", "Check that TLS is spoken there, and that its certificate is trusted here.", error),
        _ => new(ErrorKind.Transient, "E-CONN-005", $"The connection to the service {service} failed: {Cause(error)}.", "", error),
    };

    public static OrchestratorException Silent(ServiceAddress service, Exception error) => new(
        ErrorKind.Transient, "E-CONN-003", $"Cannot reach the service {service}: no answer in time.", "Check the network, firewalls and the address.", error);

    /// <summary>The request was sent, and no answer of the service came: it may have been taken on.</summary>
    public static bool IsUnsure(OrchestratorException error) => error.Code is "E-CONN-003" or "E-CONN-005" or "E-SVC-005" && error.Kind == ErrorKind.Transient;

    public static OrchestratorException Unsure(ServiceAddress service, string run, string what, OrchestratorException error) => new(
        ErrorKind.Transient, "E-SVC-006", $"The service {service} was sent the {what} of run {run} and did not answer ({error.Code}): whether it carries it out is not known here.", "See the run's status before you ask again.", error);

    /// <summary>It did not come back while somebody waited for something that it was asked for.</summary>
    public static OrchestratorException Away(ServiceAddress service, TimeSpan time, Exception error) => new(
        ErrorKind.Transient, "E-SVC-006", $"The service {service} has not answered for {time.TotalSeconds:0} s; how what it was asked for went is not known here.", "See the run's status once it is back.", error);

    /// <summary>Nothing drives the run, and nothing was kept of how it went.</summary>
    public static OrchestratorException Ended(string run, string what) => new(
        ErrorKind.Transient, "E-SVC-007", $"What was to carry out the {what} of run {run} ended without saying how it went.", "See the run's status; then ask again.");

    public static OrchestratorException Unknown(ServiceAddress service, string name) => new(
        ErrorKind.Configuration, "E-RUN-002", $"There is no migration {name} at {service}, or it is another tenant's.", $"See those there are with: orchestrator list --server {service}");

    public static OrchestratorException Ambiguous(string name, IEnumerable<string> ids) => new(
        ErrorKind.Configuration, "E-SVC-008", $"Several migrations are called {name}: {string.Join(", ", ids)}.", "Name one by its id, with --run ID.");

    private static ErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.InternalServerError => ErrorKind.Bug,
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or > HttpStatusCode.InternalServerError => ErrorKind.Transient,
        _ => ErrorKind.Configuration,
    };

    private static ServiceProblem? ProblemOf(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceProblem>(body, ServiceWords.Options);
        }
        catch (JsonException)
        {
            // A page of a proxy, or of another program.
            return null;
        }
    }

    private static string Cause(Exception error) => error.GetBaseException().Message.TrimEnd('.');
}
