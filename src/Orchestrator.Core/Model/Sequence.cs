namespace Orchestrator.Core.Model;

/// <summary>A sequence's value; what <c>setval</c> needs.</summary>
/// <param name="Name">Schema and name.</param>
/// <param name="LastValue">Last value written to disk.</param>
/// <param name="IsCalled">False: the next value is <paramref name="LastValue"/> itself.</param>
public readonly record struct SequenceValue(TableRef Name, long LastValue, bool IsCalled);
