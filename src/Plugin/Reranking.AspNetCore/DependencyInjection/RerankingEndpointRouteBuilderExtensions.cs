using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Reranking;
using Reranking.AspNetCore.Endpoints;
using Reranking.AspNetCore.Playground;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps rerank endpoints.</summary>
public static class RerankingEndpointRouteBuilderExtensions
{
    private static readonly string[] PageMethods = [HttpMethods.Get, HttpMethods.Head];

    private static readonly string[] RerankPaths = ["/v1/rerank", "/v3/rerank", "/rerank", "/reranking", "/v1/reranking"];

    /// <summary>Maps the endpoints that clients of rerank APIs speak to.</summary>
    /// <param name="endpoints">Where they go; a group puts them below a path of your own.</param>
    /// <returns>A builder of conventions for all of them, as for a policy of authorization or of rate limits.</returns>
    /// <remarks>
    /// <para>
    /// <c>POST /v2/rerank</c> (Cohere v2); <c>POST /v1/rerank</c>, <c>/rerank</c>, <c>/reranking</c>, <c>/v1/reranking</c> and <c>/v3/rerank</c>, where the
    /// fields of the request tell the shape: <c>texts</c> is that of Text Embeddings Inference, <c>input</c> that of Mixedbread, <c>top_k</c> or
    /// <c>truncation</c> that of Voyage; all others get what Cohere v1 and Jina answer. <c>GET /v1/models</c> and <c>GET /info</c> tell what there is,
    /// <c>GET /health/live</c>, <c>/health/ready</c>, <c>/health</c> and <c>/ping</c> how it is; those ask for no key.
    /// </para>
    /// <para>A request scores all of its documents: options of <c>Reranker</c>, such as <c>TopN</c> and <c>MinScore</c>, are for callers in the process.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="endpoints"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException"><c>AddReranking</c> or <c>AddRerankingServer</c> was not called.</exception>
    public static IEndpointConventionBuilder MapReranking(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        if (services.GetService<RerankingBuilder>() is null || services.GetService<RerankEndpoint>() is not { } rerank)
        {
            throw new InvalidOperationException("MapReranking needs services.AddReranking(...) for the scorers, and services.AddRerankingServer().");
        }

        InfoEndpoints info = services.GetRequiredService<InfoEndpoints>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        RequestDelegate cohere = context => rerank.InvokeAsync(context, isCohereV2: true);
        RequestDelegate any = context => rerank.InvokeAsync(context, isCohereV2: false);
        group.MapPost("/v2/rerank", cohere);
        foreach (string path in RerankPaths)
        {
            group.MapPost(path, any);
        }

        group.MapGet("/v1/models", (RequestDelegate)info.ModelsAsync);
        group.MapGet("/info", (RequestDelegate)info.InfoAsync);
        group.MapGet("/health/live", (RequestDelegate)InfoEndpoints.LiveAsync);
        foreach (string path in (string[])["/health/ready", "/health", "/ping"])
        {
            group.MapGet(path, (RequestDelegate)info.ReadyAsync);
        }

        return group;
    }

    /// <summary>Maps the OpenAPI 3.1 description of the endpoints, for a reference page such as Scalar's and for generators of clients.</summary>
    /// <param name="endpoints">Where it goes.</param>
    /// <param name="pattern">The path.</param>
    /// <returns>A builder of conventions.</returns>
    /// <remarks>
    /// It asks for no key: it says nothing about this server but what it speaks. Its paths are those of <see cref="MapReranking"/> without a group.
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IEndpointConventionBuilder MapRerankingOpenApi(this IEndpointRouteBuilder endpoints, string pattern = "/openapi.json")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        return endpoints.MapGet(pattern, (RequestDelegate)InfoEndpoints.DescribeAsync);
    }

    /// <summary>Maps a page at <c>/</c> for looking: a query, documents, one model or two, and what reranking does with them.</summary>
    /// <param name="endpoints">Where it goes: beside the endpoints of <see cref="MapReranking"/>, which it asks; a group puts both below a path.</param>
    /// <returns>A builder of conventions for its files, as for a policy of authorization.</returns>
    /// <remarks>
    /// For development and for servers that only their users reach: whoever opens the page can rerank, unless the endpoints ask for a key, which the page
    /// then asks for. It loads nothing from elsewhere, and its content security policy forbids all scripts and styles but its own. Texts go to the endpoints,
    /// are kept nowhere, and are shown as texts.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="endpoints"/> is <see langword="null"/>.</exception>
    public static IEndpointConventionBuilder MapRerankingPlayground(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapMethods("/", PageMethods, (RequestDelegate)PlaygroundFile.InvokePageAsync);
        group.MapMethods("/playground.css", PageMethods, (RequestDelegate)PlaygroundFile.Style.InvokeAsync);
        group.MapMethods("/playground.js", PageMethods, (RequestDelegate)PlaygroundFile.Script.InvokeAsync);
        return group;
    }
}
