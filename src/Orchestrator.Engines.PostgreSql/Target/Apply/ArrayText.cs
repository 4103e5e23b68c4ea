using System.Buffers;
using Orchestrator.Core.Buffers;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Builds the text form of a one-dimensional array: every element quoted, quote and backslash escaped, NULL bare
/// (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO).
/// </summary>
internal sealed class ArrayText : IDisposable
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\"\\"u8);
    private readonly RentedList<byte> _bytes = new();

    public int Count { get; private set; }

    public void AddNull()
    {
        _bytes.Add(Count++ == 0 ? (byte)'{' : (byte)',');
        _bytes.Append("NULL"u8);
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        _bytes.Append(Count++ == 0 ? "{\""u8 : ",\""u8);
        while (value.IndexOfAny(Special) is var at and >= 0)
        {
            _bytes.Append(value[..at]);
            _bytes.Add((byte)'\\');
            _bytes.Add(value[at]);
            value = value[(at + 1)..];
        }

        _bytes.Append(value);
        _bytes.Add((byte)'"');
    }

    /// <summary>The finished literal, valid until this is disposed; nothing must be added afterwards.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (Count == 0) _bytes.Add((byte)'{');
        _bytes.Add((byte)'}');
        return _bytes.Memory;
    }

    public void Dispose() => _bytes.Dispose();
}
