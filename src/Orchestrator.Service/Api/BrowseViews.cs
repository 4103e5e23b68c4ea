using System.Buffers.Text;
using System.Text.Json;
using Orchestrator.Core.Reading;

namespace Orchestrator.Service.Api;

/// <param name="Schema">Schema.</param>
/// <param name="Name">Name.</param>
/// <param name="EstimatedRows">By the server's statistics; null: it has none yet.</param>
/// <param name="HasPrimaryKey">Whether its rows can be read page by page.</param>
internal sealed record TableView(string Schema, string Name, long? EstimatedRows, bool HasPrimaryKey);

/// <param name="Columns">Columns in their order.</param>
/// <param name="Items">Rows in the order of the primary key; fewer than asked for if they are long.</param>
/// <param name="Next">What to send as <c>cursor</c> for the next ones; null: these were the last.</param>
internal sealed record RowsView(IReadOnlyList<BrowsedColumn> Columns, IReadOnlyList<BrowsedRow> Items, string? Next);

/// <summary>Places in lists that are found by several texts.</summary>
internal static class TextCursor
{
    public static string Write(IReadOnlyList<string> texts) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(texts));

    /// <summary>Empty: from the first. Null: not one of ours.</summary>
    public static IReadOnlyList<string>? Read(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor)) return [];
        try
        {
            var texts = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor));
            return texts is { Length: > 0 } && texts.All(t => t?.Contains('\0', StringComparison.Ordinal) == false) ? texts : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
