using System.Net;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S7 and S8 over HTTP.</summary>
public sealed class LoginTests
{
    [Fact]
    public async Task S8_unknown_account_and_wrong_password_look_the_same_and_are_slowed_down()
    {
        await using var service = await ServiceProcess.StartAsync();
        await service.SignUpAsync("ours");
        var client = new ApiClient(service);

        var unknown = await LogInAsync(client, "nobody@ours.example");
        var wrong = await LogInAsync(client, "admin@ours.example");
        for (var i = 0; i < 4; i++) await LogInAsync(client, "admin@ours.example");
        var closed = await client.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = "admin@ours.example", password = "pass of ours!" }, ("X-Forwarded-For", "9.9.9.9"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (unknown.Status, wrong.Status));
        Assert.Equal(unknown.Body.GetRawText(), wrong.Body.GetRawText());
        Assert.Equal(HttpStatusCode.TooManyRequests, closed.Status);
        Assert.True(closed.Message.Headers.RetryAfter!.Delta > TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task S7_token_that_was_tampered_with_or_logged_out_is_worthless()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var parts = admin.Token.Split('.');
        string[] tampered = [$"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", "eyJhbGciOiJub25lIn0." + parts[1] + ".", parts[0] + "." + parts[1][..^2] + "AA." + parts[2], "x", "..."];

        foreach (var token in tampered) Assert.Equal(HttpStatusCode.Unauthorized, (await admin.With(token).SendAsync(HttpMethod.Get, "/api/auth/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await new ApiClient(service).SendAsync(HttpMethod.Get, "/api/auth/me?access_token=" + admin.Token)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Post, "/api/auth/logout")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.SendAsync(HttpMethod.Get, "/api/auth/me")).Status);
    }

    /// <summary>S9: what a page of another site makes a browser send bears the cookie at most, and does nothing.</summary>
    [Fact]
    public async Task S9_cookie_works_for_our_own_pages_only()
    {
        await using var service = await ServiceProcess.StartAsync();
        await service.SignUpAsync("ours");
        var client = new ApiClient(service);
        var login = await client.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = "admin@ours.example", password = "pass of ours!", cookie = true });
        var set = login.Message.Headers.GetValues("Set-Cookie").Single();
        var cookie = ("Cookie", set.Split(';')[0]);
        var own = service.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/api/auth/me", null, cookie)).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, cookie, ("Origin", own))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, cookie, ("Origin", "http://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, cookie, ("Origin", "null"))).Status);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaa")]
    [InlineData("Password123!")]
    [InlineData("12345678")]
    [InlineData("adminadmin1")]
    public async Task S8_password_that_is_easily_guessed_is_refused(string password)
    {
        await using var service = await ServiceProcess.StartAsync();
        var refused = await new ApiClient(service).SendAsync(HttpMethod.Post, "/api/auth/signup", new { tenant = "t", email = "admin@t.example", name = "n", password });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.True(refused.Body.GetProperty("errors").TryGetProperty("password", out _));
    }

    [Fact]
    public async Task Only_the_first_tenant_signs_up_by_itself_unless_signing_up_is_open()
    {
        await using var service = await ServiceProcess.StartAsync("--token-lifetime", "1h");
        await service.SignUpAsync("first");

        var second = await new ApiClient(service).SendAsync(HttpMethod.Post, "/api/auth/signup", new { tenant = "second", email = "a@second.example", name = "n", password = "quite long enough" });

        Assert.Equal(HttpStatusCode.Forbidden, second.Status);
        Assert.Equal("E-AUTH-003", second.Code);
    }

    private static Task<Reply> LogInAsync(ApiClient client, string email) => client.SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password = "not the password" });
}
