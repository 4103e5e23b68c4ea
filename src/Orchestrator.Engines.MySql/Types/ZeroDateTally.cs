using System.Collections.Concurrent;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>Counts dates that are none, by column (CASES MP4). Where the user did not choose what becomes of them, the first stops the run.</summary>
internal sealed class ZeroDateTally
{
    private readonly ConcurrentDictionary<(string Column, string Rule), long> _counts = new();

    /// <summary>How many were converted.</summary>
    public IReadOnlyList<ConvertedValues> Counts =>
        [.. _counts.Select(c => new ConvertedValues(c.Key.Column, c.Key.Rule, c.Value)).OrderBy(c => c.Column, StringComparer.Ordinal)];

    public void Add(ColumnPlan column, ReadOnlySpan<byte> text)
    {
        if (column.ZeroDate.Length == 0)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-VALUE-002", $"Column {column.Name} holds {Encoding.ASCII.GetString(text)}, which is no date.",
                "Choose --zero-dates null or --zero-dates infinity, or change the value on the source.") { Column = column.Name };
        }

        _counts.AddOrUpdate(($"{column.Table}.{column.Name}", column.ZeroDate), 1, (_, n) => n + 1);
    }
}
