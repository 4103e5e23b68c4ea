using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Wide inputs against the runtime's own arithmetic.</summary>
public sealed class NumberAndTimePropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Decimal_of_any_bytes_and_scale_has_the_value_of_BigInteger() => Prop.ForAll<NonEmptyArray<byte>, byte>((bytes, scaleByte) =>
    {
        var scale = (scaleByte % 60) - 10;
        var text = Written(o => DecimalText.Write(bytes.Get, scale, o));
        // Back again by its digits: the text without its point, at the scale it shows.
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var shown = point < 0 ? 0 : text.Length - point - 1;
        var expected = new BigInteger(bytes.Get, isUnsigned: false, isBigEndian: true);
        if (scale < 0) expected *= BigInteger.Pow(10, -scale);
        Assert.Equal(Math.Max(scale, 0), shown);
        Assert.Equal(expected, BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
        Assert.Matches("^-?(0|[1-9][0-9]*)([.][0-9]+)?$", text);
    }).Check(Many);

    [Fact]
    public void Microseconds_have_the_text_of_DateTime_in_its_range() => Prop.ForAll(Between(DateTime.MinValue, DateTime.MaxValue), micros =>
    {
        var time = DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
        Assert.Equal(time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture), Written(o => TimeText.Timestamp(micros, ValueForm.Micros, o)));
    }).Check(Many);

    [Fact]
    public void Days_have_the_text_of_DateOnly_in_its_range() => Prop.ForAll(Between(DateTime.MinValue, DateTime.MaxValue), micros =>
    {
        var days = Math.Clamp(micros / 86_400_000_000, -719_162, 2_932_896);
        Assert.Equal(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(days)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Written(o => TimeText.Date(days, o)));
    }).Check(Many);

    [Fact]
    public void Bits_are_those_of_BigInteger() => Prop.ForAll<ulong>(value =>
    {
        var bytes = BitConverter.GetBytes(value);
        Assert.Equal(value.ToString("B64", CultureInfo.InvariantCulture), Written(o => BytesText.Bits(bytes, 64, o)));
    }).Check(Many);

    private static Arbitrary<long> Between(DateTime first, DateTime last)
    {
        var (low, high) = ((first - DateTime.UnixEpoch).Ticks / 10, (last - DateTime.UnixEpoch).Ticks / 10);
        return ArbMap.Default.GeneratorFor<DoNotSize<ulong>>().Select(n => low + (long)(n.Item % (ulong)(high - low))).ToArbitrary();
    }

    private static string Written(Action<RentedList<byte>> write)
    {
        using var output = new RentedList<byte>();
        write(output);
        return Encoding.ASCII.GetString(output.Span);
    }
}
