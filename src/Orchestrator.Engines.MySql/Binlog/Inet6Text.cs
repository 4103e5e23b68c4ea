using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// An IPv6 address as MariaDB writes it (Inet6::to_string in plugin/type_inet/sql_type_inet.cc): the first longest run of zero
/// groups, even of one, becomes <c>::</c>; addresses that carry an IPv4 one behind zeros, or behind <c>::ffff</c>, show it with dots.
/// </summary>
internal static class Inet6Text
{
    private const int Groups = 8;

    public static string Of(ReadOnlySpan<byte> address)
    {
        Span<ushort> groups = stackalloc ushort[Groups];
        for (var i = 0; i < Groups; i++) groups[i] = BinaryPrimitives.ReadUInt16BigEndian(address[(2 * i)..]);
        var (start, length) = LongestRun(groups);
        var hasDots = start == 0 && (length == 6 || (length == 5 && groups[5] == 0xFFFF));
        var text = new StringBuilder();
        for (var i = 0; i < Groups; i++)
        {
            if (length > 0 && i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }

            if (i > 0 && text[^1] != ':') text.Append(':');
            if (hasDots && i == 6) return text.Append(CultureInfo.InvariantCulture, $"{address[12]}.{address[13]}.{address[14]}.{address[15]}").ToString();
            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static (int Start, int Length) LongestRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: 0, Length: 0);
        for (var i = 0; i < Groups; i++)
        {
            var end = i;
            while (end < Groups && groups[end] == 0) end++;
            if (end - i > best.Length) best = (i, end - i);
            if (end > i) i = end;
        }

        return best;
    }
}
