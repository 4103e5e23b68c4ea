namespace Orchestrator.Service.Api;

/// <summary>A part of a list.</summary>
/// <param name="Items">The entries.</param>
/// <param name="Next">What to send as <c>cursor</c> for the next part; null: this was the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    private const int Most = 200;

    /// <param name="limit">As asked for.</param>
    /// <param name="read">Reads at most so many.</param>
    /// <param name="id">What an entry is found by.</param>
    /// <param name="show">What is shown of it.</param>
    public static async Task<Page<T>> OfAsync<TRow>(int? limit, Func<int, Task<IReadOnlyList<TRow>>> read, Func<TRow, string> id, Func<TRow, T> show)
    {
        var size = Math.Clamp(limit ?? 50, 1, Most);
        // One more than is shown tells whether there is a next part.
        var rows = await read(size + 1);
        return new Page<T>([.. rows.Take(size).Select(show)], rows.Count > size ? id(rows[size - 1]) : null);
    }
}
