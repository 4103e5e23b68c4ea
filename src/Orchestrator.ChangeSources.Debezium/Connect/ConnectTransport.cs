using System.Text;
using Orchestrator.Core.Errors;
using Polly;
using Polly.Retry;
using RestSharp;
using RestSharp.Authenticators;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>One request of Kafka Connect's REST API.</summary>
/// <param name="Verb">GET, PUT, ...</param>
/// <param name="Path">Below the API's root, each part escaped.</param>
/// <param name="What">What it is for, to be read after "to".</param>
/// <param name="Body">JSON; null: none.</param>
/// <param name="Secrets">Hidden in everything that is said of it, besides the address's own.</param>
internal sealed record ConnectRequest(Method Verb, string Path, string What, string? Body = null, IEnumerable<string>? Secrets = null);

/// <summary>
/// Sends requests, each with its own time limit, again with growing pauses while Connect rebalances (status 409, see
/// https://kafka.apache.org/documentation/#connect_rest), is not ready (503 and a proxy's 502, 504) or cannot be reached.
/// A request without answer is not sent again here: it may still be at work.
/// </summary>
internal sealed class ConnectTransport : IDisposable
{
    private readonly ConnectAddress _address;
    private readonly ConnectOptions _options;
    private readonly TimeProvider _time;
    private readonly RestClient _client;
    private readonly ResiliencePipeline<ConnectAnswer> _retries;

    public ConnectTransport(ConnectAddress address, ConnectOptions options, TimeProvider time)
    {
        (_address, _options, _time) = (address, options, time);
        _client = new RestClient(new RestClientOptions(address.Root)
        {
            Authenticator = address.User is null ? null : new HttpBasicAuthenticator(address.User, address.Password!, Encoding.UTF8),
            FollowRedirects = false, // Connect never redirects; whoever does would be given the password
            ThrowOnAnyError = false,
        });
        _retries = RetriesOf(options, time);
    }

    /// <summary>For people: without its password.</summary>
    public string Address => _address.ToString();

    /// <summary>Text for people: secrets of the address, of the request and of URLs hidden.</summary>
    public string Mask(string text, IEnumerable<string>? secrets) => SecretText.Mask(text, [.. _address.Secrets, .. secrets ?? []]);

    /// <summary>The answer, whatever its status, after as many tries as are allowed.</summary>
    /// <exception cref="OrchestratorException">Transient: E-DBZ-030 not reached, E-DBZ-031 no answer.</exception>
    public async Task<ConnectAnswer> SendAsync(ConnectRequest request, CancellationToken ct)
    {
        var tries = 0;
        return await _retries.ExecuteAsync(
            async token =>
            {
                tries++;
                return await SendOnceAsync(request, tries, token);
            },
            ct);
    }

    /// <summary>The same; an answer that is no success becomes the error it means.</summary>
    public async Task<ConnectAnswer> RequireAsync(ConnectRequest request, CancellationToken ct)
    {
        var answer = await SendAsync(request, ct);
        return answer.IsSuccess ? answer : throw ErrorOf(request, answer);
    }

    public OrchestratorException ErrorOf(ConnectRequest request, ConnectAnswer answer) =>
        answer.Status is >= 300 and < 400
            ? ConnectErrors.NotConnect(Address, request.What, null)
            : ConnectErrors.OfStatus(answer.Status, Address, request.What, Mask(answer.Message(), request.Secrets), answer.Tries);

    public void Dispose() => _client.Dispose();

    private async Task<ConnectAnswer> SendOnceAsync(ConnectRequest request, int attempt, CancellationToken ct)
    {
        // Two time limits would race; ours can be driven by a test's clock.
        var rest = new RestRequest(request.Path, request.Verb) { Timeout = Timeout.InfiniteTimeSpan };
        if (request.Body is not null) rest.AddStringBody(request.Body, ContentType.Json);
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        RestResponse response;
        try
        {
            response = await _client.ExecuteAsync(rest, either.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw ConnectErrors.NoAnswer(Address, request.What, _options.RequestTimeout, e);
        }

        ct.ThrowIfCancellationRequested();

        // A success with an error is an answer that was cut off.
        var isWhole = (int)response.StatusCode != 0 && (response.ErrorException is null || !response.IsSuccessStatusCode);
        if (isWhole && !limit.IsCancellationRequested) return new ConnectAnswer((int)response.StatusCode, response.Content ?? "", attempt);
        if (limit.IsCancellationRequested) throw ConnectErrors.NoAnswer(Address, request.What, _options.RequestTimeout, response.ErrorException);
        var why = Mask((response.ErrorException?.GetBaseException().Message ?? "the connection was lost").TrimEnd('.'), request.Secrets);
        throw ConnectErrors.Unreachable(Address, request.What, why, response.ErrorException);
    }

    private static ResiliencePipeline<ConnectAnswer> RetriesOf(ConnectOptions options, TimeProvider time)
    {
        if (options.Retries == 0) return ResiliencePipeline<ConnectAnswer>.Empty;
        return new ResiliencePipelineBuilder<ConnectAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<ConnectAnswer>
            {
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is OrchestratorException { Code: "E-DBZ-030" } || (args.Outcome.Exception is null && args.Outcome.Result.IsBusy)),
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstPause,
                MaxDelay = options.LongestPause,
            })
            .Build();
    }
}
