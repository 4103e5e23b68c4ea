using System.Text;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>A text that mostly is the same as in the record before: made into a string only when it changes.</summary>
internal sealed class KeptText
{
    private byte[] _bytes = [];
    private string? _text;

    /// <summary>Null for an empty one.</summary>
    public string? Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return null;
        if (_text is not null && utf8.SequenceEqual(_bytes)) return _text;
        _bytes = utf8.ToArray();
        return _text = Encoding.UTF8.GetString(utf8);
    }
}
