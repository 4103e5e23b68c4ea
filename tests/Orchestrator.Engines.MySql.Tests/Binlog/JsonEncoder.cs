using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

/// <summary>Writes documents in MySQL's binary form; made after the documentation in json_binary.h, not after any recording.</summary>
internal static class JsonEncoder
{
    /// <param name="document">Whole numbers, texts, literals, objects and arrays.</param>
    /// <param name="isLarge">With offsets of four bytes.</param>
    public static byte[] Encode(JsonNode? document, bool isLarge)
    {
        var (type, value, inlined) = Value(document, isLarge);
        return [type, .. inlined ?? value];
    }

    private static (byte Type, byte[] Value, byte[]? Inlined) Value(JsonNode? node, bool isLarge) => node switch
    {
        null => (4, [], [0]),
        JsonArray array => (isLarge ? (byte)3 : (byte)2, Container([.. array.Select(n => ("", n))], false, isLarge), null),
        JsonObject members => (isLarge ? (byte)1 : (byte)0, Container([.. members.Select(m => (m.Key, m.Value)).OrderBy(m => m.Key.Length).ThenBy(m => m.Key, StringComparer.Ordinal)], true, isLarge), null),
        _ => Scalar(node.AsValue(), isLarge),
    };

    private static (byte Type, byte[] Value, byte[]? Inlined) Scalar(JsonValue value, bool isLarge)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True: return (4, [], [1]);
            case JsonValueKind.False: return (4, [], [2]);
            case JsonValueKind.String:
                var text = Encoding.UTF8.GetBytes(value.GetValue<string>());
                return (12, [.. Length(text.Length), .. text], null);
            default:
                var number = value.TryGetValue<int>(out var small) ? small : value.GetValue<long>();
                if (number is >= short.MinValue and <= short.MaxValue) return (5, [], BitConverter.GetBytes((short)number));
                if (number is < int.MinValue or > int.MaxValue) return (9, BitConverter.GetBytes(number), null);
                var bytes = BitConverter.GetBytes((int)number);
                return (7, bytes, isLarge ? bytes : null);
        }
    }

    private static byte[] Container((string Key, JsonNode? Value)[] members, bool isObject, bool isLarge)
    {
        var width = isLarge ? 4 : 2;
        var keys = members.Select(m => Encoding.UTF8.GetBytes(m.Key)).ToArray();
        var (head, tail) = (new List<byte>(), new List<byte>());
        var start = (2 * width) + (members.Length * ((isObject ? width + 2 : 0) + 1 + width));
        if (isObject)
        {
            foreach (var key in keys)
            {
                head.AddRange([.. Offset(start + tail.Count, width), .. BitConverter.GetBytes((ushort)key.Length)]);
                tail.AddRange(key);
            }
        }

        foreach (var (_, member) in members)
        {
            var (type, value, inlined) = Value(member, isLarge);
            head.AddRange([type, .. inlined is null ? Offset(start + tail.Count, width) : [.. inlined, .. new byte[width - inlined.Length]]]);
            tail.AddRange(value);
        }

        return [.. Offset(members.Length, width), .. Offset(start + tail.Count, width), .. head, .. tail];
    }

    private static byte[] Offset(int number, int width) => BitConverter.GetBytes(number)[..width];

    private static IEnumerable<byte> Length(int length)
    {
        for (; length > 0x7F; length >>= 7) yield return (byte)(0x80 | (length & 0x7F));
        yield return (byte)length;
    }
}
