using System.Globalization;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>Rows as they are kept; columns in snake_case find their properties (set in <see cref="RunStore.OpenAsync"/>).</summary>
internal sealed class RunRow
{
    public string Name { get; init; } = "";

    public string Id { get; init; } = "";

    public long Version { get; init; }

    public long Fence { get; init; }

    public string State { get; init; } = "";

    public string? FailedIn { get; init; }

    public string? Error { get; init; }

    public string Options { get; init; } = "";

    public string? Holder { get; init; }

    public string? HeldSince { get; init; }

    public string CreatedAt { get; init; } = "";

    public string UpdatedAt { get; init; } = "";

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public RunRecord ToRecord() => new(
        Name, Guid.Parse(Id), Version, Fence, Enum.Parse<RunState>(State),
        FailedIn is { } failed ? Enum.Parse<RunState>(failed) : null, Error, Time(CreatedAt), Time(UpdatedAt));
}

internal sealed class SecretRow
{
    public string Name { get; init; } = "";

    public byte[] Nonce { get; init; } = [];

    public byte[] Cipher { get; init; } = [];
}

internal sealed class JournalRow
{
    public long Sequence { get; init; }

    public string At { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Subject { get; init; } = "";

    public string Detail { get; init; } = "";

    public JournalEntry ToEntry() => new(Sequence, RunRow.Time(At), Kind, Subject, Detail);
}

internal sealed class RequestRow
{
    public long Id { get; init; }

    public string Request { get; init; } = "";

    public int? ExitCode { get; init; }

    public string Message { get; init; } = "";

    public string AwaitedAt { get; init; } = "";

    public string? BegunAt { get; init; }

    public RunRequestRecord ToRecord() => new(Id, Enum.Parse<RunRequest>(Request), ExitCode, Message);
}
