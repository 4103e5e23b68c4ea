using System.Collections.Concurrent;
using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>Keeps what a run told its user.</summary>
internal sealed class NoticeLog : IProgress<RunProgress>
{
    private readonly ConcurrentQueue<string> _texts = new();

    public IReadOnlyList<string> Texts => [.. _texts];

    public void Report(RunProgress value)
    {
        foreach (var notice in value.Notices) _texts.Enqueue($"{notice.Level}: {notice.Message}");
    }
}
