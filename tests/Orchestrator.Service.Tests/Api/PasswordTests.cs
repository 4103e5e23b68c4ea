using System.Net;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S7 and S8: a password that is changed or reset makes earlier tokens worthless, and nobody else can do it.</summary>
public sealed class PasswordTests
{
    private const string Change = "/api/auth/password";

    private const string New = "quite another one 7";

    [Fact]
    public async Task S7_changed_password_makes_earlier_tokens_worthless()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var before = admin.With(admin.Token);

        var wrong = await admin.SendAsync(HttpMethod.Post, Change, new { old = "not the password", @new = New });
        var weak = await admin.SendAsync(HttpMethod.Post, Change, new { old = "pass of ours!", @new = "password1" });
        var same = await admin.SendAsync(HttpMethod.Post, Change, new { old = "pass of ours!", @new = "pass of ours!" });
        await admin.EnterAsync(Change, new { old = "pass of ours!", @new = New });

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (wrong.Status, weak.Status, same.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, (await before.SendAsync(HttpMethod.Get, "/api/auth/me")).Status);
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Get, "/api/auth/me")).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await LogInAsync(service, "admin@ours.example", "pass of ours!"), await LogInAsync(service, "admin@ours.example", New)));
    }

    /// <summary>S8: a stolen token is no means to guess the password either.</summary>
    [Fact]
    public async Task S8_guessing_the_old_password_is_slowed_down()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        for (var i = 0; i < 5; i++) await admin.SendAsync(HttpMethod.Post, Change, new { old = $"guess number {i}", @new = New });

        Assert.Equal(HttpStatusCode.TooManyRequests, (await admin.SendAsync(HttpMethod.Post, Change, new { old = "pass of ours!", @new = New })).Status);
    }

    [Fact]
    public async Task S7_member_that_is_invited_again_chooses_a_new_password_and_stays_what_it_was()
    {
        await using var service = await ServiceProcess.StartAsync();
        var admin = await service.SignUpAsync("ours");
        var user = await service.JoinAsync(admin, "user@ours.example", "user");
        var (first, second) = (await InviteAsync(admin, "viewer"), await InviteAsync(admin, "viewer"));

        var worthless = await JoinAsync(service, first);
        var joined = await JoinAsync(service, second);
        var again = await JoinAsync(service, second);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Created, HttpStatusCode.NotFound), (worthless.Status, joined.Status, again.Status));
        Assert.Equal("user", joined.Body.GetProperty("account").GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await user.SendAsync(HttpMethod.Get, "/api/auth/me")).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await LogInAsync(service, "user@ours.example", "a password of user"), await LogInAsync(service, "user@ours.example", New)));
        Assert.Equal(2, (await admin.GetAsync("/api/tenant/users")).Body.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task S6_S7_invitation_resets_neither_another_tenants_account_nor_a_closed_one()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (ours, theirs) = (await service.SignUpAsync("ours"), await service.SignUpAsync("theirs"));
        var user = await service.JoinAsync(ours, "user@ours.example", "user");
        var account = "/api/tenant/users/" + (await user.GetAsync("/api/auth/me")).Text("id");

        var foreign = await JoinAsync(service, await InviteAsync(theirs, "admin"));
        var stillWorks = await user.SendAsync(HttpMethod.Get, "/api/auth/me");
        await ours.SendAsync(HttpMethod.Patch, account, new { active = false });
        var closed = await JoinAsync(service, await InviteAsync(ours, "user"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.NotFound), (foreign.Status, stillWorks.Status, closed.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(service, "user@ours.example", New));
    }

    private static async Task<string> InviteAsync(ApiClient admin, string role) => (await admin.PostAsync("/api/tenant/invite", new { email = "user@ours.example", role })).Text("token")!;

    private static Task<Reply> JoinAsync(ServiceProcess service, string token) => new ApiClient(service).SendAsync(HttpMethod.Post, "/api/auth/join", new { token, name = "Bob", password = New });

    private static async Task<HttpStatusCode> LogInAsync(ServiceProcess service, string email, string password) =>
        (await new ApiClient(service).SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password })).Status;
}
