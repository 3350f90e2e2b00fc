using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Reranking.AspNetCore.Tests;

/// <summary>The files of the playground, as the server sends them; tests/Reranking.Browser.Tests opens them.</summary>
public sealed partial class PlaygroundTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "text/html", "<title>Reranking playground</title>")]
    [InlineData("/playground.css", "text/css", "prefers-color-scheme: dark")]
    [InlineData("/playground.js", "text/javascript", "// @ts-check")]
    public async Task Get_Files_HaveTheirHeadersAndAreSentOnce(string path, string type, string content)
    {
        await using RerankServer server = await StartAsync();

        using HttpResponseMessage first = await server.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        using HttpResponseMessage head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancellation);
        using HttpResponseMessage again = await GetAsync(server, path, first.Headers.ETag!.ToString());
        using HttpResponseMessage weak = await GetAsync(server, path, $"\"other\", W/{first.Headers.ETag}");
        using HttpResponseMessage changed = await GetAsync(server, path, "\"other\"");

        Assert.Contains(content, await first.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(new MediaTypeHeaderValue(type, "utf-8"), first.Content.Headers.ContentType);
        Assert.Equal((HttpStatusCode.OK, first.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.NotModified, HttpStatusCode.OK],
            new[] { first, again, weak, changed }.Select(static response => response.StatusCode));
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.All(new[] { first, head, again }, static response =>
        {
            Assert.Equal(Policy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        });
    }

    [Fact]
    public async Task Get_PageAndScript_FitThePolicy()
    {
        await using RerankServer server = await StartAsync();
        string page = await server.Client.GetStringAsync(new Uri("/", UriKind.Relative), Cancellation);
        string style = await server.Client.GetStringAsync(new Uri("/playground.css", UriKind.Relative), Cancellation);
        string script = await server.Client.GetStringAsync(new Uri("/playground.js", UriKind.Relative), Cancellation);

        Assert.DoesNotMatch(@"\s(style|on\w+)=|<style|<script>|javascript:", page);
        Assert.Equal(["playground.css", "playground.js", "#results"], ReferencePattern().Matches(page).Select(static match => match.Groups[1].Value));
        Assert.DoesNotMatch(@"url\(|@import", style);
        Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function|https?://", script);
        Assert.DoesNotMatch(@"localStorage|sessionStorage|indexedDB|document\.cookie", script);   // what is pasted stays nowhere
    }

    [Theory]
    [InlineData("/tools/rerank")]
    [InlineData("/a:b")]
    public async Task Get_InAGroup_TheSlashIsAddedSoThatReferencesWork(string prefix)
    {
        await using RerankServer server = await RerankServer.StartAsync(map: app =>
        {
            RouteGroupBuilder group = app.MapGroup(prefix);
            group.MapReranking();
            group.MapRerankingPlayground();
        });

        using HttpResponseMessage page = await server.Client.GetAsync(new Uri(prefix, UriKind.Relative), Cancellation);   // follows

        Assert.Equal($"{prefix}/", Uri.UnescapeDataString(page.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Contains("<title>Reranking playground</title>", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        foreach (string file in (string[])["playground.css", "playground.js", "v1/models"])
        {
            using HttpResponseMessage response = await server.Client.GetAsync(new Uri(page.RequestMessage.RequestUri, file), Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Get_UnderAPathBase_TheSlashIsAddedToo()
    {
        await using RerankServer server = await RerankServer.StartAsync(map: static app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.MapRerankingPlayground();
        });

        using HttpResponseMessage page = await server.Client.GetAsync(new Uri("/base", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.OK, "/base/"), (page.StatusCode, page.RequestMessage!.RequestUri!.AbsolutePath));
    }

    [Fact]
    public async Task MapReranking_Alone_HasNoPage()
    {
        await using RerankServer server = await RerankServer.StartAsync();

        using HttpResponseMessage page = await server.Client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Throws<ArgumentNullException>(static () => RerankingEndpointRouteBuilderExtensions.MapRerankingPlayground(null!));
    }

    private static Task<RerankServer> StartAsync() => RerankServer.StartAsync(map: static app =>
    {
        app.MapReranking();
        app.MapRerankingPlayground();
    });

    private static async Task<HttpResponseMessage> GetAsync(RerankServer server, string path, string known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return await server.Client.SendAsync(request, Cancellation);
    }

    [GeneratedRegex(@"(?:src|href)=""(?!data:)([^""]*)""")]
    private static partial Regex ReferencePattern();
}
