namespace Orchestrator.ControlStore.Service;

/// <summary>A customer: everything but people's e-mail addresses is seen by its own people only.</summary>
public sealed record TenantRow
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string CreatedAt { get; init; } = "";
}

/// <summary>A person of a tenant.</summary>
public sealed record AccountRow
{
    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    /// <summary>In lower case; unique over all tenants.</summary>
    public string Email { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>A hash.</summary>
    public string Password { get; init; } = "";

    /// <summary><c>viewer</c>, <c>user</c> or <c>admin</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>1, or 0 once the account was deactivated.</summary>
    public long Active { get; init; }

    /// <summary>Part of every token; a new one makes all earlier tokens worthless.</summary>
    public string Stamp { get; init; } = "";

    public string CreatedAt { get; init; } = "";
}

/// <summary>Somebody was asked to join a tenant.</summary>
public sealed record InvitationRow
{
    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    public string Email { get; init; } = "";

    public string Role { get; init; } = "";

    /// <summary>SHA-256 of what the invited person was given.</summary>
    public string Token { get; init; } = "";

    public string ExpiresAt { get; init; } = "";

    public string CreatedAt { get; init; } = "";
}

/// <summary>What a program logs in with.</summary>
public sealed record KeyRow
{
    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    /// <summary>Who made it.</summary>
    public string Account { get; init; } = "";

    /// <summary>Unique in the tenant.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>viewer</c>, <c>user</c> or <c>admin</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>SHA-256 of what the program was given.</summary>
    public string Token { get; init; } = "";

    public string CreatedAt { get; init; } = "";

    /// <summary>Null: never.</summary>
    public string? ExpiresAt { get; init; }

    /// <summary>To the minute; null: not yet.</summary>
    public string? LastUsedAt { get; init; }
}

/// <summary>A database of a tenant.</summary>
public sealed record ConnectionRow
{
    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The URL without its password.</summary>
    public string Display { get; init; } = "";

    /// <summary>The URL, encrypted.</summary>
    public string Cipher { get; init; } = "";

    public long Version { get; init; }

    public string CreatedAt { get; init; } = "";

    public string UpdatedAt { get; init; } = "";
}

/// <summary>A migration of a tenant; what happens with it is the run's word (<see cref="Core.Runs.RunRecord"/>).</summary>
public sealed record MigrationRow
{
    /// <summary>What <see cref="Wanted"/> is while the service sees to it that the run is driven.</summary>
    public const string Running = "running";

    /// <summary>What <see cref="Wanted"/> is otherwise.</summary>
    public const string Idle = "idle";

    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    /// <summary>Unique in the tenant.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name of its run, unique in the store; the run is there once the migration was started.</summary>
    public string Run { get; init; } = "";

    public string SourceId { get; init; } = "";

    public string TargetId { get; init; } = "";

    /// <summary>What was decided about it, as JSON; no secrets.</summary>
    public string Settings { get; init; } = "";

    public string Wanted { get; init; } = "";

    /// <summary>What the service last did with it: <c>drive</c>, <c>cutover</c>, <c>rollback</c>, <c>validate</c>; null before the first end.</summary>
    public string? LastAction { get; init; }

    /// <summary>How that ended, in words.</summary>
    public string? LastResult { get; init; }

    /// <summary>How that ended, as the exit code of the command line; see <c>docs/cli.md</c>.</summary>
    public int? LastExit { get; init; }

    public string CreatedBy { get; init; } = "";

    public long Version { get; init; }

    public string CreatedAt { get; init; } = "";

    public string UpdatedAt { get; init; } = "";
}

/// <summary>Something somebody did or tried to do.</summary>
public sealed record AuditRow
{
    public long Id { get; init; }

    /// <summary>Null where the caller was not known.</summary>
    public string? Tenant { get; init; }

    public string At { get; init; } = "";

    /// <summary>E-mail address, with <c>(key NAME)</c> if a program came with one; or <c>anonymous</c>.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Method and route, e.g. <c>POST /api/migrations/{id}/cutover</c>.</summary>
    public string Action { get; init; } = "";

    /// <summary>What it was done to: the route's values.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Address the request came from.</summary>
    public string Origin { get; init; } = "";

    /// <summary>HTTP status of the answer.</summary>
    public int Result { get; init; }
}

internal sealed record IdempotencyRow
{
    public string Request { get; init; } = "";

    public int Status { get; init; }

    public string Body { get; init; } = "";

    public string At { get; init; } = "";
}
