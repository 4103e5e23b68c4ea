using System.Collections.Concurrent;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>Counts dates that are none, by column (CASES MP4). Where the user did not choose what becomes of them, the first stops the run.</summary>
internal sealed class ZeroDateTally
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>How many were converted, by <c>column=conversion</c>.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Add(ColumnPlan column, ReadOnlySpan<byte> text)
    {
        if (column.ZeroDate.Length == 0)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-VALUE-002", $"Column {column.Name} holds {Encoding.ASCII.GetString(text)}, which is no date.",
                "Choose --zero-dates null or --zero-dates infinity, or change the value on the source.") { Column = column.Name };
        }

        _counts.AddOrUpdate($"{column.Name} {column.ZeroDate}", 1, (_, n) => n + 1);
    }
}
