using Microsoft.Extensions.Logging;
using Reranking;
using Reranking.Http;
using Reranking.Http.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds rerank APIs to the kinds of scorers that the configuration may name.</summary>
public static class HttpRerankingBuilderExtensions
{
    /// <summary>Lets scorers of the configuration have <c>"Provider": "Cohere"</c>; their <c>Dialect</c> says which API it is.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configureClient">Changes the client that these scorers share, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder AddCohere(this RerankingBuilder builder, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IHttpClientBuilder client = RerankHttpClient.Add(builder.Services, HttpScorerProvider.ClientName);
        configureClient?.Invoke(client);
        return builder.AddProvider(static provider => new HttpScorerProvider(
            provider.GetRequiredService<IHttpClientFactory>(), provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>()));
    }
}
