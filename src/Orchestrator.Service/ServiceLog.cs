using Microsoft.Extensions.Logging;

namespace Orchestrator.Service;

/// <summary>What the service writes to its log.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(1, LogLevel.Error, "unforeseen: {Error}")]
    public static partial void Unforeseen(ILogger logger, string error);

    [LoggerMessage(2, LogLevel.Information, "run {Run} is driven here")]
    public static partial void Driving(ILogger logger, string run);

    [LoggerMessage(3, LogLevel.Information, "run {Run}: {Action} ended with {Exit}: {Result}")]
    public static partial void Ended(ILogger logger, string run, string action, int exit, string result);

    [LoggerMessage(4, LogLevel.Warning, "the control store does not answer: {Error}")]
    public static partial void StoreAway(ILogger logger, string error);

    [LoggerMessage(6, LogLevel.Warning, "an export broke off: {Error}")]
    public static partial void ExportBroke(ILogger logger, string error);

    [LoggerMessage(7, LogLevel.Information, "backup {Backup} ended: {State} {Why}")]
    public static partial void BackupEnded(ILogger logger, string backup, string state, string why);

    [LoggerMessage(8, LogLevel.Error, "the file of backup {Backup} cannot be written or removed: {Error}")]
    public static partial void BackupUnwritable(ILogger logger, string backup, string error);

    [LoggerMessage(9, LogLevel.Information, "backup {Backup} was deleted: {Newer} is newer, and there are enough")]
    public static partial void BackupTooOld(ILogger logger, string backup, string newer);

    [LoggerMessage(5, LogLevel.Warning, "the progress of run {Run} cannot be kept: {Error}")]
    public static partial void ProgressLost(ILogger logger, string run, string error);
}
