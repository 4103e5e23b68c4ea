using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Bytes of the log are not what their type says they are. Never shown: whoever knows the column makes an error of ours of it.</summary>
/// <param name="what">What was found, as an object: "a length without end".</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made in one place.")]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is never shown: the reader turns it into its own.")]
internal sealed class DamagedValue(string what) : Exception(what);
