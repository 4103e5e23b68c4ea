using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow;

/// <summary>
/// The JSON of reports, in the control store and on standard output alike: snake_case, enums as words, what is absent
/// is null, whole numbers beyond 2^53 as text (readers that know only doubles would round them).
/// </summary>
public static class ReportJson
{
    /// <summary>Name of the document of a run that holds its last <see cref="RunReport"/>.</summary>
    public const string Document = "report";

    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new SafeWholeNumber() },
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ReportJsonTypes.Default, new DefaultJsonTypeInfoResolver()),
    };

    public static string Write(RunReport report) => JsonSerializer.Serialize(report, Options);

    /// <exception cref="JsonException">Not what <see cref="Write"/> wrote.</exception>
    public static RunReport Read(string json) =>
        JsonSerializer.Deserialize<RunReport>(json, Options) ?? throw new JsonException("the report is empty");

    private sealed class SafeWholeNumber : JsonConverter<long>
    {
        private const long Largest = 1L << 53;

        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? long.Parse(reader.GetString()!, CultureInfo.InvariantCulture) : reader.GetInt64();

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options)
        {
            if (value is > Largest or < -Largest) writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
            else writer.WriteNumberValue(value);
        }
    }
}

/// <summary>Written at compile time: working these types out took a tenth of a second of every start.</summary>
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunProgress))]
internal sealed partial class ReportJsonTypes : JsonSerializerContext;
