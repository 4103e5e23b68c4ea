namespace Orchestrator.TestKit;

/// <summary>How a throwaway cluster is made. Everything has a default that suits a fast test.</summary>
public sealed record PgClusterOptions
{
    /// <summary>Lines of postgresql.conf that replace or extend the kit's own (name to value, unquoted).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments of initdb that choose encoding and locale; each distinct list has its own cached template.</summary>
    public IReadOnlyList<string> InitDbArguments { get; init; } = ["--encoding=UTF8", "--locale=C.UTF-8"];

    /// <summary>True makes commits durable (benchmarks, crash drills of the server); false makes tests fast.</summary>
    public bool Fsync { get; init; }
}

/// <summary>How a running server is asked to stop.</summary>
public enum StopMode
{
    /// <summary>Sessions are cut, data is checkpointed: the next start needs no recovery.</summary>
    Fast,

    /// <summary>As a power cut: the next start runs crash recovery.</summary>
    Immediate,
}
