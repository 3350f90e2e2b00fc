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
    /// A search of both kinds is meant as the current one. C# before version 13 asks which is meant: say <c>new RerankedTextSearch&lt;TRecord&gt;(…)</c> there.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> or <paramref name="reranker"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static RerankedTextSearch<TRecord> WithReranking<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        this ITextSearch<TRecord> search, Reranker reranker, RerankedTextSearchOptions<TRecord>? options = null) => new(search, reranker, options);

#pragma warning disable CS0618 // Obsolete, and yet the only kind that some searches are.
    /// <summary>Decorates a text search of the obsolete kind, such as <c>TextSearchStore</c>, so that its results are reranked.</summary>
    /// <returns>The reranked search. Its records may be of any type: where whole records are searched for, the options have to say where their text is.</returns>
    /// <inheritdoc cref="WithReranking{TRecord}(ITextSearch{TRecord}, Reranker, RerankedTextSearchOptions{TRecord})" path="/param"/>
    /// <inheritdoc cref="WithReranking{TRecord}(ITextSearch{TRecord}, Reranker, RerankedTextSearchOptions{TRecord})" path="/exception"/>
    public static RerankedTextSearch<object> WithReranking(this ITextSearch search, Reranker reranker, RerankedTextSearchOptions<object>? options = null) =>
        RerankedTextSearch<object>.OfObsolete(search, reranker, options);
#pragma warning restore CS0618
}
