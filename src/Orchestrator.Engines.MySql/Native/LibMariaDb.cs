using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>
/// MariaDB Connector/C, which speaks to MySQL and MariaDB alike (https://mariadb.com/kb/en/mariadb-connectorc-api-functions/).
/// Only what is used; pointers never leave this folder.
/// </summary>
internal static unsafe partial class LibMariaDb
{
    private const string Library = "libmariadb.so.3";

    // enum mysql_option of mysql.h
    public const int OptConnectTimeout = 0, SetCharsetName = 7, OptLocalInfile = 8, OptProtocol = 9, OptWriteTimeout = 12;
    public const int OptReconnect = 20, OptSslVerifyServerCert = 21, PluginDir = 22, OptSslKey = 25, OptSslCert = 26, OptSslCa = 27, OptSslEnforce = 38, OptMaxAllowedPacket = 39;

    // enum mariadb_rpl_option of mariadb_rpl.h
    public const int RplFilename = 0, RplStart = 1, RplServerId = 2, RplFlags = 3;

    /// <summary><c>packet_error</c> of mariadb_com.h: 32 bits, though lengths have 64.</summary>
    public static nuint PacketError => uint.MaxValue;

    [LibraryImport(Library, EntryPoint = "mysql_init")]
    public static partial nint Init(nint mysql);

    [LibraryImport(Library, EntryPoint = "mysql_options")]
    public static partial int Options(nint mysql, int option, void* value);

    [LibraryImport(Library, EntryPoint = "mysql_real_connect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint RealConnect(
        nint mysql, string? host, string? user, string? password, string? database, uint port, string? socket, nuint flags);

    [LibraryImport(Library, EntryPoint = "mysql_close")]
    public static partial void Close(nint mysql);

    [LibraryImport(Library, EntryPoint = "mysql_real_query")]
    public static partial int RealQuery(MySqlHandle mysql, byte* sql, nuint length);

    [LibraryImport(Library, EntryPoint = "mysql_use_result")]
    public static partial nint UseResult(MySqlHandle mysql);

    [LibraryImport(Library, EntryPoint = "mysql_free_result")]
    public static partial void FreeResult(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_num_fields")]
    public static partial uint NumFields(nint result);

    // A row of an unbuffered result waits for the network: the collector must not be kept waiting with it.
    [LibraryImport(Library, EntryPoint = "mysql_fetch_row")]
    public static partial byte** FetchRow(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_fetch_lengths")]
    [SuppressGCTransition]
    public static partial nuint* FetchLengths(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_errno")]
    public static partial uint Errno(nint mysql);

    [LibraryImport(Library, EntryPoint = "mysql_error")]
    public static partial byte* Error(nint mysql);

    [LibraryImport(Library, EntryPoint = "mysql_sqlstate")]
    public static partial byte* SqlState(nint mysql);

    [LibraryImport(Library, EntryPoint = "mysql_get_server_info")]
    public static partial byte* ServerInfo(MySqlHandle mysql);

    [LibraryImport(Library, EntryPoint = "mysql_get_ssl_cipher")]
    public static partial byte* SslCipher(MySqlHandle mysql);

    [LibraryImport(Library, EntryPoint = "mysql_get_socket")]
    public static partial int Socket(MySqlHandle mysql);

    [LibraryImport(Library, EntryPoint = "mysql_net_read_packet")]
    public static partial nuint ReadPacket(MySqlHandle mysql);

    [LibraryImport(Library, EntryPoint = "mariadb_rpl_init_ex")]
    public static partial nint RplInit(MySqlHandle mysql, uint version);

    // Variadic in C. Integers and pointers travel in the same registers as in a plain call on Linux and Windows.
    [LibraryImport(Library, EntryPoint = "mariadb_rpl_optionsv")]
    public static partial int RplOption(nint rpl, int option, byte* text, nuint length);

    [LibraryImport(Library, EntryPoint = "mariadb_rpl_optionsv")]
    public static partial int RplOption(nint rpl, int option, CULong value);

    [LibraryImport(Library, EntryPoint = "mariadb_rpl_open")]
    public static partial int RplOpen(nint rpl);

    [LibraryImport(Library, EntryPoint = "mariadb_rpl_close")]
    public static partial void RplClose(nint rpl);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int Shutdown(int socket, int how);
}
