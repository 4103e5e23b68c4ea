using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("12.50", "12.5")]
    [InlineData("-0.0", "0")]
    [InlineData("+007", "7")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("1.5e3", "1500")]
    [InlineData("-15E-3", "-0.015")]
    [InlineData("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789")]
    public void Digits_are_kept(string text, string plain)
    {
        Assert.True(ExactNumber.TryParse(text, out var number));
        Assert.Equal(plain, number.Plain());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("١")]
    [InlineData("1e999999")]
    [InlineData("1e9999999")]
    public void Anything_else_is_no_number(string text) => Assert.False(ExactNumber.TryParse(text, out _));

    [Theory]
    [InlineData("99.99", 4, 2, true)]
    [InlineData("99.990", 4, 2, true)]
    [InlineData("100", 4, 2, false)]
    [InlineData("0.005", 4, 2, false)]
    [InlineData("-99.99", 4, 2, true)]
    [InlineData("0", 1, 1, true)]
    [InlineData("1", 1, 1, false)]
    [InlineData("1200", 2, -2, true)]
    [InlineData("1250", 2, -2, false)]
    [InlineData("0.001", 2, 3, true)]
    [InlineData("0.1", 2, 3, false)]
    public void Fits_only_without_rounding(string text, int precision, int scale, bool fits)
    {
        Assert.True(ExactNumber.TryParse(text, out var number));
        Assert.Equal(fits, number.Fits(precision, scale));
    }

    [Theory]
    [InlineData("1", "1.0", 0)]
    [InlineData("0.1", "0.10000000000000000001", -1)]
    [InlineData("-2", "-10", 1)]
    [InlineData("-1", "0", -1)]
    [InlineData("9", "10", -1)]
    [InlineData("1e10", "9999999999.9", 1)]
    public void Order_is_that_of_numbers(string one, string other, int order)
    {
        Assert.True(ExactNumber.TryParse(one, out var a) & ExactNumber.TryParse(other, out var b));
        Assert.Equal(order, Math.Sign(a.CompareTo(b)));
        Assert.Equal(-order, Math.Sign(b.CompareTo(a)));
    }
}
