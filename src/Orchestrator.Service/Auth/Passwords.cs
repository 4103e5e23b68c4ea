using Microsoft.AspNetCore.Identity;
using Orchestrator.ControlStore.Service;

namespace Orchestrator.Service.Auth;

/// <summary>Passwords are hashed by the framework (PBKDF2 with a salt each); the same work is done for accounts that do not exist.</summary>
internal sealed class Passwords
{
    public const int Shortest = 8;

    /// <summary>The framework hashes all of it; nobody types more.</summary>
    public const int Longest = 256;

    private readonly PasswordHasher<AccountRow> _hasher = new();
    private readonly AccountRow _nobody;

    public Passwords()
    {
        var nobody = new AccountRow();
        _nobody = nobody with { Password = _hasher.HashPassword(nobody, Guid.NewGuid().ToString()) };
    }

    public string Hash(string password) => _hasher.HashPassword(_nobody, password);

    /// <param name="account">Null: there is none, or it may not log in; takes as long.</param>
    /// <param name="password">What was given.</param>
    public bool IsOf(AccountRow? account, string password) =>
        _hasher.VerifyHashedPassword(account ?? _nobody, (account ?? _nobody).Password, password) != PasswordVerificationResult.Failed && account is not null;

    /// <summary>What is wrong with a new password; null: nothing.</summary>
    public static string? Fault(string? password, string email) => password switch
    {
        null or { Length: < Shortest } => $"at least {Shortest} characters",
        { Length: > Longest } => $"at most {Longest} characters",
        _ when password.Distinct().Count() < 5 => "at least 5 different characters",
        _ when email.Length > 0 && password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase) && email.Split('@')[0].Length >= 4 => "not with your e-mail address in it",
        _ when IsOneOfTheMostUsed(password) => "not one of the most used passwords",
        _ => null,
    };

    /// <summary>The words and rows of keys that lists of stolen passwords begin with, also with digits or signs around them.</summary>
    private static bool IsOneOfTheMostUsed(string password)
    {
        var letters = new string([.. password.Where(char.IsAsciiLetter)]).ToLowerInvariant();
        return MostUsed.Contains(password.ToLowerInvariant()) || (letters.Length > 0 && MostUsed.Contains(letters));
    }

    private static readonly HashSet<string> MostUsed =
    [
        "password", "passwort", "passw", "passwd", "qwerty", "qwertz", "qwertyuiop", "qwertzuiop", "asdfgh", "asdfghjk", "asdfghjkl", "zxcvbnm", "iloveyou", "letmein",
        "welcome", "admin", "administrator", "monkey", "dragon", "football", "baseball", "superman", "batman", "sunshine", "princess", "trustno", "master", "michael",
        "jennifer", "shadow", "computer", "internet", "changeme", "secret", "default", "abcdefgh", "abcdef", "postgres", "database", "orchestrator", "login", "test",
        "12345678", "123456789", "1234567890", "87654321", "987654321", "0987654321", "11223344", "12341234", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "qazwsxedc", "123qweasd", "q1w2e3r4",
    ];
}
