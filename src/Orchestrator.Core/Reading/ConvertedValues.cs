namespace Orchestrator.Core.Reading;

/// <summary>How often values of a column became something else on the way, as the user chose.</summary>
/// <param name="Column">Table and column on the source.</param>
/// <param name="Rule">What they became.</param>
/// <param name="Count">Values read; a changed row is read as it was and as it is.</param>
public sealed record ConvertedValues(string Column, string Rule, long Count);
