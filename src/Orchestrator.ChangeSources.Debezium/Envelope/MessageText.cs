using System.Text;
using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>The message block of a logical message: a prefix, and content in base64.</summary>
internal static class MessageText
{
    /// <param name="json">Stands at the block's brace.</param>
    public static (string Prefix, string Content) Read(ref Utf8JsonReader json)
    {
        var (prefix, content) = ("", "");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isPrefix, isContent) = (json.ValueTextEquals("prefix"u8), json.ValueTextEquals("content"u8));
            json.Read();
            if (isPrefix) prefix = json.GetString() ?? "";
            else if (isContent && json.TokenType == JsonTokenType.String) content = Encoding.UTF8.GetString(json.GetBytesFromBase64());
            else json.Skip();
        }

        return (prefix, content);
    }
}
