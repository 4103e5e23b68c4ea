using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>A connector's settings under its name. Only what goes to Connect holds secrets; <see cref="ToString"/> does not.</summary>
internal sealed partial class ConnectorConfig
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<KeyValuePair<string, string>> _settings;

    public ConnectorConfig(string name, IEnumerable<KeyValuePair<string, string>> settings)
    {
        Name = name;
        _settings = [.. settings];
    }

    public string Name { get; }

    /// <summary>In the order they were made.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => _settings;

    /// <summary>Full name of the connector's Java class.</summary>
    public string ConnectorClass => this["connector.class"];

    /// <summary>What must not be shown: passwords and their like that are no reference to a config provider.</summary>
    public IReadOnlyList<string> Secrets => [.. _settings.Where(IsSecret).Select(s => s.Value).Where(v => v.Length > 0)];

    public string this[string key] => _settings.Single(s => s.Key == key).Value;

    /// <summary>The same with one setting changed.</summary>
    public ConnectorConfig With(string key, string value) =>
        new(Name, _settings.Select(s => s.Key == key ? KeyValuePair.Create(key, value) : s));

    /// <summary>The settings as JSON, secrets included: body of validate and of PUT config.</summary>
    public string SettingsJson() => Json(default, w => Write(w, s => s.Value));

    /// <summary>Body of POST connectors, secrets included.</summary>
    public string CreateStoppedJson() => Json(default, w =>
    {
        w.WriteString("name", Name);
        w.WritePropertyName("config");
        w.WriteStartObject();
        Write(w, s => s.Value);
        w.WriteEndObject();
        w.WriteString("initial_state", "STOPPED");
    });

    /// <summary>For people: <c>{"name":...,"config":{...}}</c>, secrets hidden.</summary>
    public override string ToString() => Json(Indented, w =>
    {
        w.WriteString("name", Name);
        w.WritePropertyName("config");
        w.WriteStartObject();
        Write(w, s => IsSecret(s) ? SecretText.Hidden : s.Value);
        w.WriteEndObject();
    });

    private static bool IsSecret(KeyValuePair<string, string> setting) => SecretKey().IsMatch(setting.Key) && !Reference().IsMatch(setting.Value);

    private static string Json(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private void Write(Utf8JsonWriter writer, Func<KeyValuePair<string, string>, string> value)
    {
        foreach (var setting in _settings) writer.WriteString(setting.Key, value(setting));
    }

    [GeneratedRegex(@"(password|secret|jaas|token|credential)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"^\$\{[^}:]+:[^}]*\}$", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
