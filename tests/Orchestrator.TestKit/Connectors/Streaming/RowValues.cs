using Npgsql.Replication.PgOutput;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A row's values as text; null for NULL, and for large ones that were not sent as they did not change.</summary>
internal sealed class RowValues
{
    private readonly HashSet<int> _unchanged = [];

    public RowValues(string?[] texts) => Texts = texts;

    public string?[] Texts { get; }

    public bool IsUnchanged(int column) => _unchanged.Contains(column);

    /// <summary>Reads a tuple of the stream, which must be read before the stream goes on.</summary>
    /// <param name="tuple">The tuple.</param>
    /// <param name="old">The whole old row where it was sent: what did not change is taken from it.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<RowValues> ReadAsync(ReplicationTuple tuple, RowValues? old, CancellationToken ct)
    {
        var row = new RowValues(new string?[tuple.NumColumns]);
        var i = 0;
        await foreach (var value in tuple.WithCancellation(ct))
        {
            if (value.IsUnchangedToastedValue)
            {
                if (old is null) row._unchanged.Add(i);
                else row.Texts[i] = old.Texts[i];
            }
            else if (!value.IsDBNull)
            {
                row.Texts[i] = await value.Get<string>(ct);
            }

            i++;
        }

        return row;
    }
}
