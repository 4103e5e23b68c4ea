using System.Text.Json.Serialization;

namespace Orchestrator.Benchmarks;

/// <summary>One measured quantity with every repetition.</summary>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Samples)
{
    public double Median { get; } = Statistics.Percentile(Samples, 0.5);
}

/// <summary>A requirement and what was measured for it.</summary>
internal sealed record Goal(string Name, double Value, string Relation, double Limit)
{
    public bool Met { get; } = Relation == "<=" ? Value <= Limit : Value >= Limit;
}

/// <summary>Everything one scenario found.</summary>
internal sealed record ScenarioResult(string Scenario, IReadOnlyList<Figure> Figures, IReadOnlyList<Goal> Goals)
{
    public DateTimeOffset At { get; init; }

    public string Commit { get; init; } = "";
}

/// <summary>The whole file <c>evidence/bench.json</c>.</summary>
internal sealed record BenchFile(Machine Machine, IReadOnlyDictionary<string, ScenarioResult> Scenarios);

/// <summary>Where it was measured.</summary>
internal sealed record Machine(
    string Processor, int Cores, double MemoryGib, string Kernel, string PostgreSql, string DotNet, string Pgcopydb, string ServerSettings)
{
    public string MariaDb { get; init; } = "";

    public string Pgloader { get; init; } = "";
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BenchFile))]
internal sealed partial class BenchJson : JsonSerializerContext;

/// <summary>Order statistics of few samples.</summary>
internal static class Statistics
{
    /// <summary>Linear between neighbours; 0 when there is no sample.</summary>
    public static double Percentile(IReadOnlyList<double> samples, double share)
    {
        if (samples.Count == 0)
            return 0;
        var sorted = samples.Order().ToArray();
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
    }
}
