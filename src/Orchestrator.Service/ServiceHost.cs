using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Api;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Backups;
using Orchestrator.Service.Connections;
using Orchestrator.Service.Hosting;
using Orchestrator.Workflow;

namespace Orchestrator.Service;

/// <summary>Puts the service together.</summary>
public static class ServiceHost
{
    /// <summary>Largest body of a request; nothing here is near it.</summary>
    private const long LargestBody = 1 << 20;

    /// <summary>Builds the service; the caller starts it, and disposes it.</summary>
    /// <param name="options">Checked already.</param>
    /// <param name="runs">Open; stays the caller's.</param>
    /// <param name="engine">Builds the engine over a store; what it is given puts the password into a URL that refers to one.</param>
    /// <param name="databases">Reads and tries URLs.</param>
    /// <param name="log">Where its log goes; disposed with it.</param>
    /// <param name="clock">Clock of everything.</param>
    public static WebApplication Build(
        ServiceOptions options, RunStore runs, Func<IRunStore, Func<string, string>, IMigrationEngine> engine, IDatabases databases, ILoggerProvider log, TimeProvider clock)
    {
        // Neither files nor the environment configure anything behind our back.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orchestrator" });
        builder.WebHost.UseKestrelCore().UseUrls([.. options.Urls]).ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orchestrator.Service.Auth", LogLevel.Warning)
            // That the key ring is a plain file is said in docs/service.md, not at every start.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddSingleton(options).AddSingleton(runs).AddSingleton(runs.Service).AddSingleton(engine).AddSingleton(databases).AddSingleton(clock)
            .AddSingleton(new Jwt(options.TokenKey, clock)).AddSingleton<Passwords>().AddSingleton<LoginGuard>().AddSingleton<UrlVault>().AddSingleton<OutboundGuard>()
            .AddSingleton<RunDrive>().AddSingleton<RunHost>().AddHostedService(s => s.GetRequiredService<RunHost>())
            .AddSingleton<AuthRoutes>().AddSingleton<TenantRoutes>().AddSingleton<KeyRoutes>().AddSingleton<AwsSecrets>().AddSingleton<SecretReferences>().AddSingleton<ReachableUrls>().AddSingleton<ConnectionRoutes>().AddSingleton<BrowseRoutes>().AddSingleton<MigrationRoutes>().AddSingleton<RunRoutes>().AddSingleton<EventRoutes>()
            .AddSingleton<BackupWork>().AddSingleton<BackupHost>().AddHostedService(s => s.GetRequiredService<BackupHost>()).AddSingleton<BackupRoutes>()
            .AddSingleton<ApprovalRoutes>().AddSingleton<AnalyticsRoutes>().AddSingleton<TableRoutes>().AddSingleton<TableDetailRoutes>().AddSingleton<ApiPage>();
        builder.Services.AddDataProtection().SetApplicationName("orchestrator").PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(options.Store.StateDirectory, "key-ring")));
        builder.Services.AddRouting().AddOpenApi(ApiPage.Document, ApiPage.Describe);
        builder.Services.ConfigureHttpJsonOptions(o => Use(o.SerializerOptions));
        AddAuth(builder.Services);
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void AddAuth(IServiceCollection services)
    {
        services.AddAuthentication(TokenHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        authorization.AddPolicy(Caller.Person, p => p.RequireAuthenticatedUser().RequireAssertion(c => Caller.IsPerson(c.User)));
        foreach (var role in Enum.GetValues<Role>())
            authorization.AddPolicy(Caller.Word(role), p => p.RequireAuthenticatedUser().RequireRole(Enum.GetValues<Role>().Where(r => r >= role).Select(r => r.ToString())));
    }

    private static void Map(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Orchestrator.Service");
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => Problems.WriteAsync(context, logger), SuppressDiagnosticsCallback = _ => true });
        app.Use(next => http =>
        {
            // Answers are for whoever asked, now; nothing is to be shown within other pages.
            (http.Response.Headers.CacheControl, http.Response.Headers.XContentTypeOptions, http.Response.Headers.ContentSecurityPolicy) = ("no-store", "nosniff", "default-src 'none'; frame-ancestors 'none'");
            return next(http);
        });
        app.UseRouting();
        app.Use(next => http => AuditRoutes.RecordAsync(http, next));
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapOpenApi().AllowAnonymous();
        ApiPage.Map(app);
        HealthRoutes.Map(app);
        var api = app.MapGroup("/api");
        AuthRoutes.Map(api);
        TenantRoutes.Map(api);
        KeyRoutes.Map(api);
        ConnectionRoutes.Map(api);
        BrowseRoutes.Map(api);
        MigrationRoutes.Map(api);
        RunRoutes.Map(api);
        EventRoutes.Map(api);
        ApprovalRoutes.Map(api);
        TableRoutes.Map(api);
        TableDetailRoutes.Map(api);
        BackupRoutes.Map(api);
        AnalyticsRoutes.Map(api);
        AuditRoutes.Map(api);
        app.MapFallback(() => Problems.NotFound("page")).AllowAnonymous();
    }

    /// <summary>As reports are written; a field that is not known is a mistake, not to be passed over.</summary>
    private static void Use(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = ReportJson.Options.PropertyNamingPolicy;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        foreach (var converter in ReportJson.Options.Converters) json.Converters.Add(converter);
    }
}
