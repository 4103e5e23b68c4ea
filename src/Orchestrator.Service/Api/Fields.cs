using Microsoft.AspNetCore.Http.HttpResults;

namespace Orchestrator.Service.Api;

/// <summary>Checks the fields of a body and names all that are wrong.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, string> _faults = [];

    public string Text(string field, string? value, int most = 200)
    {
        var text = value?.Trim() ?? "";
        if (text.Length == 0) _faults[field] = "missing";
        else if (text.Length > most) _faults[field] = $"at most {most} characters";
        else if (text.Any(char.IsControl)) _faults[field] = "no control characters";
        return text;
    }

    /// <summary>An address with one @ and something on both sides; whether it is somebody's only a mail to it tells.</summary>
    public string Email(string field, string? value)
    {
        var text = Text(field, value, 254).ToLowerInvariant();
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (!_faults.ContainsKey(field) && (at < 1 || at != text.LastIndexOf('@') || at == text.Length - 1 || text.Any(char.IsWhiteSpace))) _faults[field] = "not an e-mail address";
        return text;
    }

    public void Require(string field, string? fault)
    {
        if (fault is not null) _faults.TryAdd(field, fault);
    }

    /// <summary>Null: all is well.</summary>
    public ProblemHttpResult? Problem() => _faults.Count == 0 ? null : Problems.Invalid(_faults);
}
