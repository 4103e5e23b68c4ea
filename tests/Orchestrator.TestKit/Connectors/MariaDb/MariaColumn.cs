using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A column, and how the connector writes its values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Declared type, e.g. <c>int(10) unsigned</c>.</param>
/// <param name="Charset">Character set; empty: no text.</param>
/// <param name="IsRequired">NOT NULL.</param>
/// <param name="IsKey">Of the primary key.</param>
internal sealed partial record MariaColumn(string Name, string Type, string Charset, bool IsRequired, bool IsKey)
{
    private readonly string _kind = Type.Split('(', ' ')[0];
    private readonly string[] _labels = Type.StartsWith("enum", StringComparison.Ordinal) || Type.StartsWith("set", StringComparison.Ordinal)
        ? [.. Label().Matches(Type).Select(m => m.Groups["text"].Value.Replace("''", "'", StringComparison.Ordinal))]
        : [];

    private bool IsUnsigned => Type.Contains(" unsigned", StringComparison.Ordinal);

    private int Length => Digits().Match(Type) is { Success: true } m ? int.Parse(m.Value, CultureInfo.InvariantCulture) : 0;

    /// <summary>JSON of a value.</summary>
    public string Json(object? value, ConnectorSettings settings)
    {
        if (value is null) return "null";
        switch (_kind)
        {
            case "tinyint": return Whole((ulong)value, 8);
            case "smallint": return Whole((ulong)value, 16);
            case "mediumint": return Whole((ulong)value, 24);
            case "int": return Whole((ulong)value, 32);
            case "bigint" when IsUnsigned && settings.UnsignedArePrecise: return JsonText.Base64(new BigInteger((ulong)value).ToByteArray(isUnsigned: false, isBigEndian: true));
            case "bigint": return ((long)(ulong)value).ToString(CultureInfo.InvariantCulture);
            case "year": return ((ulong)value is var y and > 0 ? y + 1900 : 0).ToString(CultureInfo.InvariantCulture);
            case "decimal": return settings.DecimalsAsText ? JsonText.Quote((string)value) : NumberForms.Decimal(((Length << 16) | Scale) + 4, false).Json((string)value);
            case "float": return JavaNumber.Json((string)value, true);
            case "double": return JavaNumber.Json((string)value, false);
            case "bit" when Length == 1: return ((byte[])value)[0] == 1 ? "true" : "false";
            case "bit": return JsonText.Base64([.. ((byte[])value).Reverse()]);
            case "enum": return (ulong)value is var place and > 0 ? JsonText.Quote(_labels[place - 1]) : "\"\"";
            case "set": return JsonText.Quote(string.Join(',', _labels.Where((_, i) => ((ulong)value & (1UL << i)) != 0)));
            case "time": return ((long)value).ToString(CultureInfo.InvariantCulture);
            case "date" or "datetime" or "timestamp": return Moment(value);
            case "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob": return JsonText.Base64((byte[])value);
            case "uuid": return JsonText.Quote(new Guid([.. (byte[])value, .. new byte[16 - ((byte[])value).Length]], bigEndian: true).ToString()); // zeros at the end are not logged
            case "point": return Point((byte[])value);
            default: return JsonText.Quote(Encoding(Charset).GetString((byte[])value));
        }
    }

    private int Scale => Digits().Matches(Type) is { Count: > 1 } m ? int.Parse(m[1].Value, CultureInfo.InvariantCulture) : 0;

    private string Whole(ulong value, int bits) =>
        (IsUnsigned || (value & (1UL << (bits - 1))) == 0 ? (long)value : (long)value - (1L << bits)).ToString(CultureInfo.InvariantCulture);

    private string Moment(object value)
    {
        // Dates that are none the connector cannot say: null, or the beginning of time where null is not allowed.
        var none = IsRequired ? (_kind == "timestamp" ? "\"1970-01-01T00:00:00Z\"" : "0") : "null";
        if (_kind == "date")
        {
            var date = (ulong)value;
            return Day((int)(date >> 9), (int)((date >> 5) & 15), (int)(date & 31)) is { } days ? days.ToString(CultureInfo.InvariantCulture) : none;
        }

        var (packed, micros) = ((long, long))value;
        if (_kind == "timestamp")
        {
            if (packed == 0 && micros == 0) return none;
            var at = DateTime.UnixEpoch.AddSeconds(packed).AddMicroseconds(micros);
            return JsonText.Quote(at.ToString(Length == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : $"yyyy-MM-ddTHH:mm:ss.{new string('f', Length)}Z", CultureInfo.InvariantCulture));
        }

        packed -= 0x80_0000_0000L;
        var (months, clock) = (packed >> 22, packed & 0x1FFFF);
        if (Day((int)(months / 13), (int)(months % 13), (int)((packed >> 17) & 31)) is not { } day) return none;
        var all = (((day * 86400) + ((clock >> 12) * 3600) + (((clock >> 6) & 63) * 60) + (clock & 63)) * 1_000_000) + micros;
        return (Length <= 3 ? all / 1000 : all).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Days since 1970; null: there is no such day.</summary>
    private static long? Day(int year, int month, int day) => year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
        ? (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days
        : null;

    private static string Point(byte[] value)
    {
        var wkb = value.AsSpan(4);
        var (x, y) = (BitConverter.ToDouble(wkb[5..]), BitConverter.ToDouble(wkb[13..]));
        return $"{{\"x\":{Number(x)},\"y\":{Number(y)},\"wkb\":{JsonText.Base64(wkb)},\"srid\":null}}";
    }

    private static string Number(double value) => JavaNumber.Json(value.ToString("R", CultureInfo.InvariantCulture), false);

    private static Encoding Encoding(string charset) => charset is "latin1" ? System.Text.Encoding.Latin1 : System.Text.Encoding.UTF8;

    [GeneratedRegex("'(?<text>(''|[^'])*)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
