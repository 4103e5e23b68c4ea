namespace Orchestrator.Core.Errors;

/// <summary>What can be done about an error; the one thing retry and exit codes are decided by.</summary>
public enum ErrorKind
{
    /// <summary>May go away by itself (connection lost, deadlock, server restarting): retried with backoff.</summary>
    Transient,

    /// <summary>The user must change an option, a right or a server setting: never retried.</summary>
    Configuration,

    /// <summary>A row, value or schema cannot be moved as it is: the run stops there and says where.</summary>
    Data,

    /// <summary>Another process took over this run: stop at once, write nothing more.</summary>
    Fenced,

    /// <summary>Our mistake.</summary>
    Bug,
}

/// <summary>
/// The one root of errors we raise ourselves: what happened and where, what to do, and a stable code that pages,
/// API and terminal share (<c>E-SRC-004</c>). Never carries a secret.
/// </summary>
public sealed class OrchestratorException : Exception
{
    public OrchestratorException(ErrorKind kind, string code, string message, string fix = "", Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Code = code;
        Fix = fix;
    }

    public ErrorKind Kind { get; }

    /// <summary>Stable error code, documented in <c>docs/errors.md</c>.</summary>
    public string Code { get; }

    /// <summary>What the reader can do about it; empty if the message says it all.</summary>
    public string Fix { get; }

    /// <summary>Table the error is about, as <c>schema.table</c>; null if none.</summary>
    public string? Table { get; init; }

    /// <summary>Column the error is about; null if none.</summary>
    public string? Column { get; init; }

    /// <summary>Key of the row the error is about, as text; null if none.</summary>
    public string? Key { get; init; }

    /// <summary>The same error, about this table unless it names one already.</summary>
    public OrchestratorException About(string table) =>
        Table is not null ? this : new OrchestratorException(Kind, Code, Message, Fix, InnerException ?? this) { Table = table, Column = Column, Key = Key };
}
