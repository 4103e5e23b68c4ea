using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore;

/// <summary>
/// Encrypts secrets with AES-256-GCM under a key file beside the store. This keeps them out of copies, backups and
/// support bundles of the database file; somebody who can read the whole directory can read them.
/// </summary>
internal sealed class SecretBox
{
    private const int KeySize = 32;
    private const int TagSize = 16;
    private readonly string _keyFile;

    public SecretBox(string keyFile) => _keyFile = keyFile;

    /// <param name="text">The secret.</param>
    /// <param name="owner">Whose secret it is; it opens for nobody else, so rows cannot be swapped.</param>
    public (byte[] Nonce, byte[] Cipher) Seal(string text, string owner)
    {
        using var aes = new AesGcm(KeyOrCreate(), TagSize);
        var plain = Encoding.UTF8.GetBytes(text);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var cipher = new byte[plain.Length + TagSize];
        aes.Encrypt(nonce, plain, cipher.AsSpan(0, plain.Length), cipher.AsSpan(plain.Length), Encoding.UTF8.GetBytes(owner));
        return (nonce, cipher);
    }

    /// <exception cref="OrchestratorException">Configuration <c>E-RUN-006</c>: the key is gone or is another one.</exception>
    public string Open(byte[] nonce, byte[] cipher, string owner)
    {
        try
        {
            using var aes = new AesGcm(File.ReadAllBytes(_keyFile), TagSize);
            var plain = new byte[cipher.Length - TagSize];
            aes.Decrypt(nonce, cipher.AsSpan(0, plain.Length), cipher.AsSpan(plain.Length), plain, Encoding.UTF8.GetBytes(owner));
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-RUN-006", $"The secrets of this run cannot be read with the key {_keyFile}.",
                "Put the key file back that was beside control.db when the run was created.", e);
        }
    }

    private byte[] KeyOrCreate()
    {
        if (!File.Exists(_keyFile))
        {
            // Written aside and moved into place: another process sees a whole key or none, and the first one wins.
            var aside = $"{_keyFile}-{Guid.NewGuid():N}";
            using (var file = StateDirectory.Create(aside, FileMode.CreateNew))
                file.Write(RandomNumberGenerator.GetBytes(KeySize));
            try
            {
                File.Move(aside, _keyFile, overwrite: false);
            }
            catch (IOException) when (File.Exists(_keyFile))
            {
                File.Delete(aside);
            }
        }

        return File.ReadAllBytes(_keyFile);
    }
}
