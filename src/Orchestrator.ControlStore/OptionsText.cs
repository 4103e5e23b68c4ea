using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>
/// The options of a run as JSON without its secrets, and the secrets apart. URLs hold passwords; the switch commands
/// may (<c>PGPASSWORD=... psql</c>), so they count as secrets too.
/// </summary>
internal static class OptionsText
{
    private const string Reference = "secret:";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        TypeInfoResolver = OptionsJsonTypes.Default,
    };

    public static (string Json, IReadOnlyDictionary<string, string> Secrets) Split(MigrationOptions options)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = options with
        {
            SourceUrl = Take("source-url", options.SourceUrl)!,
            TargetUrl = Take("target-url", options.TargetUrl)!,
            OnSwitch = Take("on-switch", options.OnSwitch),
            OnSwitchUndo = Take("on-switch-undo", options.OnSwitchUndo),
            Debezium = options.Debezium is { } d ? d with { ConnectUrl = Take("connect-url", d.ConnectUrl)! } : null,
        };
        return (JsonSerializer.Serialize(open, Json), secrets);

        string? Take(string name, string? text)
        {
            if (text is null) return null;
            secrets.Add(name, text);
            return Reference + name;
        }
    }

    public static MigrationOptions Join(string json, Func<string, string> secret)
    {
        var open = JsonSerializer.Deserialize<MigrationOptions>(json, Json)
            ?? throw new JsonException("the options of the run are empty");
        return open with
        {
            SourceUrl = Put(open.SourceUrl)!,
            TargetUrl = Put(open.TargetUrl)!,
            OnSwitch = Put(open.OnSwitch),
            OnSwitchUndo = Put(open.OnSwitchUndo),
            Debezium = open.Debezium is { } d ? d with { ConnectUrl = Put(d.ConnectUrl)! } : null,
        };

        string? Put(string? reference) => reference is null ? null : secret(reference[Reference.Length..]);
    }
}

[JsonSerializable(typeof(MigrationOptions))]
internal sealed partial class OptionsJsonTypes : JsonSerializerContext;
