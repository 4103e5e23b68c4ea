using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>What the server or the client library said.</summary>
/// <param name="number">Error number (https://mariadb.com/kb/en/mariadb-error-code-reference/); 2000-2999 are the client's own, 0 a connection that could not be made.</param>
/// <param name="state">SQLSTATE.</param>
/// <param name="message">For people; may be in any language.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made in one place.")]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is never shown: the engine turns it into its own.")]
internal sealed class NativeError(uint number, string state, string message) : Exception(message)
{
    public uint Number => number;

    public string State => state;

    /// <summary>CR_SSL_CONNECTION_ERROR.</summary>
    public const uint TlsFailed = 2026;

    /// <summary>CR_SERVER_LOST.</summary>
    private const uint Lost = 2013;

    /// <summary>What failed on an open connection. The library takes one that was lost for an error of TLS, where it has that.</summary>
    public static NativeError Of(MySqlHandle connection)
    {
        var (number, state, message) = connection.LastError();
        return number == TlsFailed ? new NativeError(Lost, state, $"Lost connection to server ({message})") : new NativeError(number, state, message);
    }

    /// <summary>Why no connection could be made.</summary>
    public static NativeError OfOpening(MySqlHandle connection)
    {
        var (number, state, message) = connection.LastError();
        return new NativeError(number, state, message);
    }
}
