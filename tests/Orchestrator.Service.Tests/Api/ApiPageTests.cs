using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Orchestrator.Service.Tests.Api;

/// <summary>The page of the API, as a browser without scripts gets it.</summary>
public sealed partial class ApiPageTests
{
    [Fact]
    public async Task Page_shows_every_route_and_loads_nothing_but_its_style()
    {
        await using var service = await ServiceProcess.StartAsync();
        using var answer = await service.Http.GetAsync(new Uri("/docs", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        // Well-formed: nothing of what is shown got out of its element.
        var page = XDocument.Parse(text.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        var all = page.Descendants().ToList();

        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        foreach (var (method, path) in await AccessTests.RoutesAsync(service)) Assert.Single(all, e => e.Name.LocalName == "h3" && e.Value == $"{method} {path}");
        Assert.DoesNotContain(all, e => e.Name.LocalName is "script" or "style" or "iframe" or "img");
        Assert.DoesNotContain(all.Attributes(), a => a.Name.LocalName == "style" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Equal(["/docs/style.css"], all.Attributes().Where(a => a.Name.LocalName is "src" || (a.Name.LocalName == "href" && a.Parent!.Name.LocalName == "link")).Select(a => a.Value));
        Assert.Contains("For the role admin and above.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_can_be_used_by_keyboard_and_screen_reader()
    {
        await using var service = await ServiceProcess.StartAsync();
        var page = XDocument.Parse((await service.Http.GetStringAsync(new Uri("/docs", UriKind.Relative))).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        var all = page.Descendants().ToList();
        var ids = all.Attributes("id").Select(a => a.Value).ToList();

        Assert.Equal("en", page.Root!.Attribute("lang")!.Value);
        Assert.Single(all, e => e.Name.LocalName == "main");
        Assert.Single(all, e => e.Name.LocalName == "h1");
        Assert.Equal(ids.Count, ids.Distinct().Count());
        // The first link skips what is the same on top, and every link on the page leads somewhere.
        Assert.Equal("#operations", all.First(e => e.Name.LocalName == "a").Attribute("href")!.Value);
        Assert.Empty(all.Attributes("href").Where(a => a.Value[0] == '#' && !ids.Contains(a.Value[1..])).Select(a => a.Value));
        Assert.All(all.Where(e => e.Name.LocalName == "table"), t => Assert.Equal("caption", t.Elements().First().Name.LocalName));
        Assert.All(all.Where(e => e.Name.LocalName == "th"), t => Assert.NotNull(t.Attribute("scope")));
    }

    /// <summary>WCAG 2.2, 1.4.6: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.</summary>
    [Fact]
    public async Task Text_can_be_read_on_its_ground_in_both_schemes()
    {
        await using var service = await ServiceProcess.StartAsync();
        var style = await service.Http.GetStringAsync(new Uri("/docs/style.css", UriKind.Relative));
        var schemes = Scheme().Matches(style).Select(m => Colour().Matches(m.Value).ToDictionary(c => c.Groups["name"].Value, c => Light(c.Groups["value"].Value))).ToList();

        Assert.Equal(2, schemes.Count);
        foreach (var scheme in schemes)
        {
            foreach (var (front, back, least) in ((string, string, double)[])[("text", "ground", 7), ("text", "soft", 7), ("link", "ground", 7), ("line", "ground", 3)])
            {
                var (light, dark) = (Math.Max(scheme[front], scheme[back]), Math.Min(scheme[front], scheme[back]));
                Assert.True((light + 0.05) / (dark + 0.05) >= least, $"{front} on {back}: {(light + 0.05) / (dark + 0.05):F1}");
            }
        }
    }

    private static double Light(string colour)
    {
        double Part(int at) => int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        return (0.2126 * Part(0)) + (0.7152 * Part(2)) + (0.0722 * Part(4));
    }

    [GeneratedRegex(@":root \{[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex("--(?<name>[a-z]+): #(?<value>[0-9a-f]{6})", RegexOptions.CultureInvariant)]
    private static partial Regex Colour();
}
