using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Tests.Auth;

/// <summary>CASES S7: only what we signed ourselves, and only while it lasts.</summary>
public sealed class JwtTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(ServiceProcess.Key);
    private static readonly SetClock Clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly Jwt _jwt = new(Key, Clock);

    [Fact]
    public void S7_token_says_what_was_put_into_it()
    {
        var token = new Token("account", "stamp", Clock.Now.AddHours(1));

        Assert.Equal(token, _jwt.Read(_jwt.Issue(token)));
    }

    [Fact]
    public void S7_token_is_over_at_its_time()
    {
        Assert.Null(_jwt.Read(_jwt.Issue(new Token("account", "stamp", Clock.Now))));
        Assert.NotNull(_jwt.Read(_jwt.Issue(new Token("account", "stamp", Clock.Now.AddSeconds(1)))));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS512","typ":"JWT"}""")]
    [InlineData("""{"alg":"RS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":1}""")]
    [InlineData("""{"typ":"JWT","alg":"HS256"}""")]
    public void S7_header_that_is_not_ours_is_refused_even_if_it_is_signed(string header) => Assert.Null(_jwt.Read(Signed(header, Claims())));

    [Theory]
    [InlineData("iss", "somebody")]
    [InlineData("aud", "somebody")]
    public void S7_token_for_somebody_else_is_refused(string claim, string value)
    {
        Assert.NotNull(_jwt.Read(Signed("""{"alg":"HS256","typ":"JWT"}""", Claims())));
        Assert.Null(_jwt.Read(Signed("""{"alg":"HS256","typ":"JWT"}""", Claims().Replace($"\"{claim}\":\"orchestrator\"", $"\"{claim}\":\"{value}\"", StringComparison.Ordinal))));
    }

    [Fact]
    public void S7_signature_that_is_missing_or_by_another_key_is_refused()
    {
        var text = _jwt.Issue(new Token("account", "stamp", Clock.Now.AddHours(1)));
        var unsigned = text[..text.LastIndexOf('.')];

        Assert.Null(_jwt.Read(unsigned));
        Assert.Null(_jwt.Read(unsigned + "."));
        Assert.Null(new Jwt(RandomNumberGenerator.GetBytes(32), Clock).Read(text));
        Assert.Null(_jwt.Read(text + "."));
        Assert.Null(_jwt.Read(""));
    }

    [Fact]
    public void S7_no_changed_character_is_overlooked()
    {
        var token = new Token("account", "stamp", Clock.Now.AddHours(1));
        var text = _jwt.Issue(token);
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "Aa0-_.=")
            {
                // The last characters of a part may hold bits that mean nothing: what is read then is still what was signed.
                var read = _jwt.Read(text[..i] + c + text[(i + 1)..]);
                Assert.True(read is null || read == token, $"{c} at {i}");
            }
        }
    }

    private static string Claims() => $$"""{"iss":"orchestrator","aud":"orchestrator","sub":"a","stamp":"s","exp":{{Clock.Now.AddHours(1).ToUnixTimeSeconds()}}}""";

    private static string Signed(string header, string claims)
    {
        var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes(text)))}";
    }
}
