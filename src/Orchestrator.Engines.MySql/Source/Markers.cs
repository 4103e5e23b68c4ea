using Orchestrator.Core.Positions;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>Places in the log that somebody waits for.</summary>
internal sealed class Markers
{
    private readonly Lock _gate = new();
    private (string Nonce, BinlogPosition Position)? _next;

    /// <summary>Told when there is a new one: a reader that stands there already has to say so. There is one reader at a time.</summary>
    public Action OnAdded { get; set; } = () => { };

    public void Set(string nonce, BinlogPosition position)
    {
        lock (_gate) _next = (nonce, position);
        OnAdded();
    }

    /// <summary>There is one at or before this position that was not reported yet.</summary>
    public bool IsDue(BinlogPosition reached)
    {
        lock (_gate) return _next is { } next && next.Position <= reached;
    }

    /// <summary>The marker at or before this position that was not reported yet; null: none.</summary>
    public string? Take(BinlogPosition reached)
    {
        lock (_gate)
        {
            if (_next is not { } next || next.Position > reached) return null;
            _next = null;
            return next.Nonce;
        }
    }
}
