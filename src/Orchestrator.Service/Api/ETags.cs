using Microsoft.AspNetCore.Http;

namespace Orchestrator.Service.Api;

/// <summary>Versions of what is changed, so that nobody overwrites what they have not seen (RFC 9110, section 8.8.3).</summary>
internal static class ETags
{
    public static void Say(HttpContext http, long version) => http.Response.Headers.ETag = $"\"{version}\"";

    /// <summary>The caller asked for no particular version, or for this one.</summary>
    public static bool Fits(HttpContext http, long version) =>
        http.Request.Headers.IfMatch.ToString() is var wanted && (wanted.Length == 0 || wanted == "*" || wanted.Split(',').Any(w => w.Trim() == $"\"{version}\""));
}
