using Orchestrator.Core.Diagnostics;

namespace Orchestrator.Core.Tests.Diagnostics;

public sealed class CrashPointTests
{
    [Fact]
    public void Hit_without_the_variable_does_nothing()
    {
        Assert.Null(Environment.GetEnvironmentVariable(CrashPoint.Variable));
        CrashPoint.Hit("cutover:after-fence");
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("", null, 1)]
    [InlineData("cutover:after-fence", "cutover:after-fence", 1)]
    [InlineData("load:chunk#3", "load:chunk", 3)]
    [InlineData("load:chunk#0", "load:chunk#0", 1)]
    [InlineData("load:chunk#x", "load:chunk#x", 1)]
    public void Read_setting_gives_name_and_count(string? value, string? name, int count)
    {
        Assert.Equal((name, count), CrashPoint.Read(value));
    }
}
