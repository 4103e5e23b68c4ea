namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>A database of one test on a server of its class, as an application sees it; dropped on dispose.</summary>
public abstract class SourceDatabase : IAsyncDisposable
{
    /// <summary>As users write it.</summary>
    public abstract string Url { get; }

    /// <summary>A type for text of any length.</summary>
    public abstract string LongText { get; }

    /// <summary>Opens a session of its own. Both servers are spoken to in what they share of SQL; a backslash is an ordinary character.</summary>
    public abstract Task<SourceSession> OpenSessionAsync();

    /// <summary>All rows of a query as text, by another way than the tool's.</summary>
    public abstract Task<IReadOnlyList<string?[]>> QueryAsync(string sql);

    /// <summary>What there is on the server that only the tool makes.</summary>
    public abstract Task<IReadOnlyList<string>> LeftoversAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>One session of an application.</summary>
public abstract class SourceSession : IAsyncDisposable
{
    /// <summary>Runs statements one after the other, each its own transaction unless one is open.</summary>
    public async Task RunAsync(params string[] statements)
    {
        foreach (var statement in statements) await RunOneAsync(statement);
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task RunOneAsync(string statement);
}
