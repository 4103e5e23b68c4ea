using Orchestrator.Core.Validation;

namespace Orchestrator.Core.Tests.Validation;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b": 1, "a": [true, null]}""", """{"a":[true,null],"b":1.0}""")]
    [InlineData("[1e2, 100, 100.00, 1E+2]", "[100, 1e2, 1000e-1, 100]")]
    [InlineData("-0.0", "0")]
    [InlineData(""" "\u00e4\ud83d\ude00\/" """, "\"ä😀/\"")]
    [InlineData("""{"k": 1, "k": 2}""", """{"k": 2}""")]
    [InlineData("[]", " [ ] ")]
    [InlineData("123456789012345678901234567890.50", "123456789012345678901234567890.5")]
    public void Json_written_in_two_ways_has_one_text(string one, string other) => Assert.Equal(CanonicalJson.Of(one), CanonicalJson.Of(other));

    [Theory]
    [InlineData("1", "\"1\"")]
    [InlineData("123456789012345678901234567890.5", "123456789012345678901234567890.6")]
    [InlineData("1", "-1")]
    [InlineData("10", "1")]
    [InlineData("[1, 2]", "[2, 1]")]
    [InlineData("[[1], 2]", "[[1, 2]]")]
    [InlineData("[\"1,2\"]", "[\"1\",\"2\"]")]
    [InlineData("{\"a\": 1}", "{\"A\": 1}")]
    [InlineData("{\"a\\\":1,\\\"b\": 2}", "{\"a\": 1, \"b\": 2}")]
    [InlineData("{}", "[]")]
    [InlineData("{\"a\": null}", "{}")]
    [InlineData("null", "\"null\"")]
    [InlineData("\"a\"", "\"a \"")]
    [InlineData("\"\\\\\"", "\"\\\"\"")]
    public void Json_with_another_meaning_has_another_text(string one, string other) => Assert.NotEqual(CanonicalJson.Of(one), CanonicalJson.Of(other));

    [Fact]
    public void A_text_that_is_no_Json_is_told_from_all_that_is()
    {
        Assert.Equal("!{", CanonicalJson.Of("{"));
        Assert.NotEqual(CanonicalJson.Of("{"), CanonicalJson.Of("\"{\""));
    }
}
