using System.Text.Json;
using Orchestrator.Core.Errors;
using Orchestrator.Workflow;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Writes the answer: people get text with the next command as its last line, programs get one JSON document.</summary>
internal static class AnswerWriter
{
    private const int SchemaVersion = 1;

    public static void Write(Answer answer, string command, DateTimeOffset startedAt, Terminal terminal, bool json, bool color)
    {
        if (json) WriteJson(answer, command, startedAt, terminal);
        else WriteText(answer, terminal, color);
    }

    private static void WriteJson(Answer answer, string command, DateTimeOffset startedAt, Terminal terminal)
    {
        var document = new
        {
            SchemaVersion,
            Command = command,
            answer.Run,
            Ok = answer.ExitCode == ExitCode.Done,
            answer.ExitCode,
            answer.State,
            StartedAt = startedAt.UtcDateTime,
            EndedAt = terminal.Clock.GetUtcNow().UtcDateTime,
            answer.Result,
            answer.Findings,
            answer.Errors,
            answer.Next,
        };
        terminal.Out.WriteLine(JsonSerializer.Serialize(document, ReportJson.Options));
    }

    private static void WriteText(Answer answer, Terminal terminal, bool color)
    {
        var outColor = color && terminal.OutIsTerminal;
        foreach (var line in answer.Text) WriteLine(terminal.Out, line, outColor);
        foreach (var error in answer.Errors)
        {
            var about = string.Join(", ", new[] { error.Table, error.Column, error.Key is null ? null : $"key {error.Key}" }.Where(s => s is not null));
            var where = about.Length > 0 ? $" [{about}]" : "";
            WriteLine(terminal.Error, [new("error", "red"), new($"  {error.Code} {error.Message}{where}")], color && terminal.ErrorIsLive);
            if (error.Fix is { } fix) WriteLine(terminal.Error, [new($"fix    {fix}")], false);
        }

        if (answer.Next.Count > 0) terminal.Out.WriteLine($"next   {answer.Next[0]}");
    }

    internal static void WriteLine(TextWriter to, IReadOnlyList<Piece> line, bool color)
    {
        var text = line.Select(p => p with { Text = Figures.Safe(SecretText.Mask(p.Text)) }).ToList();
        if (!color)
        {
            to.WriteLine(string.Concat(text.Select(p => p.Text)).TrimEnd());
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(to),
        });
        console.Profile.Width = 100_000;
        console.MarkupLine(string.Concat(text.Select(p => p.Color is null ? Markup.Escape(p.Text) : $"[{p.Color}]{Markup.Escape(p.Text)}[/]")));
    }
}
