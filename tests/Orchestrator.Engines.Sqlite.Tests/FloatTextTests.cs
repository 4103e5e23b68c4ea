using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class FloatTextTests
{
    [Theory]
    [InlineData(0.71, "71e-2", "0.71")]
    [InlineData(1200, "12e2", "1200")]
    [InlineData(1e16, "1e16", "10000000000000000")]
    [InlineData(-5e-324, "-5e-324", null)]
    [InlineData(0, "0", "0")]
    [InlineData(-0.0, "-0", "0")]
    [InlineData(double.NegativeInfinity, "-Infinity", "-Infinity")]
    [InlineData(0.30000000000000004, "30000000000000004e-17", "0.30000000000000004")]
    [InlineData(123456789012345678, "12345678901234568e1", "123456789012345680")]
    [InlineData(18014398509481992, "1801439850948199e1", null)]
    [InlineData(-1000.0625, "-10000625e-4", "-1000.0625")]
    public void SP7_numbers_have_the_text_they_are_compared_by(double value, string canonical, string? plain)
    {
        Assert.Equal(canonical, FloatText.Canonical(value));
        if (plain is not null) Assert.Equal(plain, FloatText.Plain(value));
    }

    [Theory]
    [InlineData(long.MaxValue, false)]
    [InlineData(long.MinValue, true)]
    [InlineData((1L << 53) + 1, false)]
    [InlineData((1L << 53) + 2, true)]
    [InlineData(-(1L << 53), true)]
    public void SP7_whole_numbers_that_floating_point_holds(long value, bool fits) => Assert.Equal(fits, ColumnScan.FitsReal(value));
}
