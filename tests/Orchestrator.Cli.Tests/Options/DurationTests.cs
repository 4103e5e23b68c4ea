using Orchestrator.Cli.Options;

namespace Orchestrator.Cli.Tests.Options;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("0s", 0)]
    public void TryParse_reads_number_and_unit(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1,5s")]
    [InlineData("10S")]
    [InlineData("1e9h")]
    [InlineData("99999999999999h")]
    [InlineData("ten s")]
    public void TryParse_refuses_the_rest(string text) => Assert.False(Duration.TryParse(text, out _));
}
