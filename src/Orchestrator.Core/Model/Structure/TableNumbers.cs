using System.Text;

namespace Orchestrator.Core.Model.Structure;

/// <summary>Numbers for tables of sources that have none of their own (<see cref="TableSchema.SourceId"/>).</summary>
public static class TableNumbers
{
    /// <summary>Made of the names, so that they are the same in every process.</summary>
    public static IReadOnlyDictionary<TableRef, uint> Of(IEnumerable<TableRef> tables)
    {
        var numbers = new Dictionary<TableRef, uint>();
        var taken = new HashSet<uint>();
        foreach (var table in tables.OrderBy(t => t.ToString(), StringComparer.Ordinal))
        {
            var number = 2166136261u; // FNV-1a
            foreach (var b in Encoding.UTF8.GetBytes($"{table.Schema}\0{table.Name}")) number = (number ^ b) * 16777619u;
            while (!taken.Add(number)) number++;
            numbers.Add(table, number);
        }

        return numbers;
    }
}
