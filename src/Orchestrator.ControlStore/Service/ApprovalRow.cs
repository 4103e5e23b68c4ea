namespace Orchestrator.ControlStore.Service;

/// <summary>What one person asked for and another has to decide.</summary>
public sealed record ApprovalRow
{
    /// <summary>What <see cref="Decision"/> is before it was decided, also once nobody can decide it any more because its time is over.</summary>
    public const string Pending = "pending";

    public const string Approved = "approved";

    public const string Rejected = "rejected";

    /// <summary>The asker's account was closed or got another role, or the time was over when it was looked at next.</summary>
    public const string Lapsed = "lapsed";

    /// <summary><see cref="Action"/> of switching approvals off.</summary>
    public const string SettingOff = "require_approval=false";

    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    /// <summary><c>cutover</c>, <c>rollback</c> or <see cref="SettingOff"/>.</summary>
    public string Action { get; init; } = "";

    /// <summary>Id of the migration; null: it is about the tenant.</summary>
    public string? Migration { get; init; }

    /// <summary>Name of what it is about.</summary>
    public string Name { get; init; } = "";

    /// <summary>The run and its state when it was asked; null: it is about the tenant.</summary>
    public string? RunId { get; init; }

    public string? RunState { get; init; }

    /// <summary>Id of an account.</summary>
    public string AskedBy { get; init; } = "";

    public string AskedEmail { get; init; } = "";

    public string AskedAt { get; init; } = "";

    public string ExpiresAt { get; init; } = "";

    public string Decision { get; init; } = "";

    public string? DecidedBy { get; init; }

    public string? DecidedEmail { get; init; }

    public string? DecidedAt { get; init; }
}

/// <summary>What an administrator decided for a tenant.</summary>
public sealed record TenantSettingRow
{
    public string Tenant { get; init; } = "";

    /// <summary>1: cutover and rollback need a second person.</summary>
    public long RequireApproval { get; init; }
}
