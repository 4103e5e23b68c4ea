using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Keeps <c>evidence/bench.json</c>: scenarios that were not run keep what was measured for them before.</summary>
internal static class Evidence
{
    private static string FilePath => Path.Combine(RepositoryRoot.Path, "evidence", "bench.json");

    public static async Task WriteAsync(Machine machine, ScenarioResult result)
    {
        var scenarios = new SortedDictionary<string, ScenarioResult>(StringComparer.Ordinal);
        if (File.Exists(FilePath))
        {
            var old = JsonSerializer.Deserialize(await File.ReadAllTextAsync(FilePath), BenchJson.Default.BenchFile);
            foreach (var (name, value) in old?.Scenarios ?? new Dictionary<string, ScenarioResult>())
                scenarios[name] = value;
        }
        scenarios[result.Scenario] = result;
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        await File.WriteAllTextAsync(FilePath, JsonSerializer.Serialize(new BenchFile(machine, scenarios), BenchJson.Default.BenchFile) + "\n");
    }
}
