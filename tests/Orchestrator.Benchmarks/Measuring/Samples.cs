namespace Orchestrator.Benchmarks;

/// <summary>Collects figures by name in the order they first appear.</summary>
internal sealed class Samples
{
    private readonly List<(string Name, string Unit, List<double> Values)> _all = [];

    public void Add(string name, string unit, double value)
    {
        var known = _all.FirstOrDefault(f => f.Name == name);
        if (known.Values is null)
            _all.Add(known = (name, unit, []));
        known.Values.Add(value);
        Console.WriteLine($"    {name}: {value:0.###} {unit}");
    }

    public IReadOnlyList<double> Of(string name) => _all.Single(f => f.Name == name).Values;

    public double Median(string name) => Statistics.Percentile(Of(name), 0.5);

    public double Max(string name) => Of(name).Max();

    public ScenarioResult Result(string scenario, params Goal[] goals)
        => new(scenario, [.. _all.Select(f => new Figure(f.Name, f.Unit, f.Values))], goals);
}
