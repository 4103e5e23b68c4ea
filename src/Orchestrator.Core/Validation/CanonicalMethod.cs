using System.Security.Cryptography;

namespace Orchestrator.Core.Validation;

/// <summary>A digest method over canonical texts, told apart by its hash function.</summary>
public sealed record CanonicalMethod
{
    private CanonicalMethod(string name, HashAlgorithmName algorithm) => (Name, Algorithm) = (name, algorithm);

    /// <summary>The quicker one, where both servers have it.</summary>
    public static CanonicalMethod Md5 { get; } = new("md5-canonical", HashAlgorithmName.MD5);

    /// <summary>MySQL has no <c>MD5()</c> from 9.6 on unless somebody installed the component of classic hashing.</summary>
    public static CanonicalMethod Sha256 { get; } = new("sha256-canonical", HashAlgorithmName.SHA256);

    /// <summary>All, the preferred one first.</summary>
    public static IReadOnlyList<CanonicalMethod> All { get; } = [Md5, Sha256];

    /// <summary>Name of the digest method.</summary>
    public string Name { get; }

    /// <summary>The hash function.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <exception cref="ArgumentOutOfRangeException">There is none of that name.</exception>
    public static CanonicalMethod ByName(string name) =>
        All.FirstOrDefault(m => m.Name == name) ?? throw new ArgumentOutOfRangeException(nameof(name), name, "not a digest method over canonical texts");
}
