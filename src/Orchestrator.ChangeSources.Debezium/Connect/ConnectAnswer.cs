using System.Net;
using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>What Kafka Connect said.</summary>
/// <param name="Status">As HTTP says it.</param>
/// <param name="Body">JSON, or empty.</param>
/// <param name="Tries">How often it was asked until it said this.</param>
internal readonly record struct ConnectAnswer(int Status, string Body, int Tries)
{
    private const int LongestMessage = 2_000;

    public bool IsSuccess => Status is >= 200 and < 300;

    public bool IsMissing => Status == (int)HttpStatusCode.NotFound;

    public bool IsConflict => Status == (int)HttpStatusCode.Conflict;

    /// <summary>Worth another try: a rebalance (409), a worker or a proxy before it that is not ready.</summary>
    public bool IsBusy => IsBusyStatus(Status);

    public static bool IsBusyStatus(int status) =>
        (HttpStatusCode)status is HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Connect's own message, <c>{"error_code":409,"message":"..."}</c>; empty if the body is not of that form.</summary>
    public string Message()
    {
        try
        {
            using var json = JsonDocument.Parse(Body);
            var text = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var m) ? m.ToString() : "";
            return text.Length > LongestMessage ? text[..LongestMessage] + "..." : text;
        }
        catch (JsonException)
        {
            // A proxy's page: its status says enough.
            return "";
        }
    }
}
