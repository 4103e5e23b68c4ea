using System.Globalization;
using System.Reflection;
using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore;

/// <summary>The numbered scripts that make a store, and what can be wrong with one that is there.</summary>
internal static class StoreScripts
{
    /// <summary>"Orch" in ASCII: tells our file from any other SQLite file, and is the number of our lock in PostgreSQL.</summary>
    public const int ApplicationId = 0x4F726368;

    /// <summary>Scripts of a kind of database, in order.</summary>
    /// <param name="kind">Folder below Migrations.</param>
    public static IReadOnlyList<(int Number, string Name)> Of(string kind) =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(kind + "/", StringComparison.Ordinal))
            .Select(n => (int.Parse(n.AsSpan(kind.Length + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture), n))
            .OrderBy(s => s.Item1),
    ];

    public static async Task<string> TextAsync(string name, CancellationToken ct)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(ct);
    }

    /// <exception cref="OrchestratorException">Configuration <c>E-RUN-003</c>: written by a newer version.</exception>
    public static void RequireKnown(int version, IReadOnlyList<(int Number, string Name)> scripts, string where)
    {
        if (version <= scripts[^1].Number) return;
        throw new OrchestratorException(
            ErrorKind.Configuration, "E-RUN-003",
            $"The control store {where} was written by a newer version of orchestrator (store version {version}, this program knows {scripts[^1].Number}).",
            "Use the newer program, or another store with --state DIR or --control-db URL.");
    }

    public static OrchestratorException Foreign(string where, Exception? cause) => new(
        ErrorKind.Configuration, "E-RUN-005", $"{where} is not a control store of orchestrator.",
        "Name another one with --state DIR or --control-db URL.", cause);
}
