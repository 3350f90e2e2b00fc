using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Reranking;

namespace Microsoft.SemanticKernel.Data;

/// <summary>Reranks the results of text searches.</summary>
[Experimental("SKEXP0001")]
public static class RerankedTextSearchExtensions
{
    /// <summary>Decorates a text search so that its results are reranked.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The first stage.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>The reranked search; it is an <c>ITextSearch</c> of the obsolete kind too.</returns>
    /// <remarks>
    /// A search of both kinds is decorated as the current kind. Before C# 13, which does not know the priority of overloads, the call is ambiguous: write
    /// <c>new RerankedTextSearch&lt;TRecord&gt;(…)</c> there.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> or <paramref name="reranker"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static RerankedTextSearch<TRecord> WithReranking<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        this ITextSearch<TRecord> search, Reranker reranker, RerankedTextSearchOptions<TRecord>? options = null) => new(search, reranker, options);

#pragma warning disable CS0618 // Obsolete, and yet the only kind that some searches are.
    /// <summary>Decorates a text search of the obsolete kind, such as <c>TextSearchStore</c>, so that its results are reranked.</summary>
    /// <returns>The reranked search. Its records can be of any type: for searches of whole records, the options must say where their text is.</returns>
    /// <inheritdoc cref="WithReranking{TRecord}(ITextSearch{TRecord}, Reranker, RerankedTextSearchOptions{TRecord})" path="/param"/>
    /// <inheritdoc cref="WithReranking{TRecord}(ITextSearch{TRecord}, Reranker, RerankedTextSearchOptions{TRecord})" path="/exception"/>
    public static RerankedTextSearch<object> WithReranking(this ITextSearch search, Reranker reranker, RerankedTextSearchOptions<object>? options = null) =>
        RerankedTextSearch<object>.OfObsolete(search, reranker, options);
#pragma warning restore CS0618

    /// <summary>Gets what the reranking of search results did: their scores and first-stage positions, the outcome, the model.</summary>
    /// <typeparam name="T">The type of the results.</typeparam>
    /// <param name="results">Search results.</param>
    /// <returns>
    /// The page of results as a ranking, one candidate for each result in their order; or <see langword="null"/> if the results do not come from a reranked
    /// search or a reranked function.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="results"/> is <see langword="null"/>.</exception>
    public static RerankingResult<T>? GetReranking<T>(this KernelSearchResults<T> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return RerankedSearchResults.Find(results);
    }
}
