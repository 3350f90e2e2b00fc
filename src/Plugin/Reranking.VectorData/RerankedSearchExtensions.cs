using System.Runtime.CompilerServices;
using Reranking;

namespace Microsoft.Extensions.VectorData;

/// <summary>Reranks the results of vector and hybrid searches.</summary>
/// <remarks>
/// A type can match several overloads of <c>WithReranking</c>: a collection stays a collection, and any other type that supports both kinds of search becomes a
/// vector search. Cast it to <see cref="IVectorSearchable{TRecord}"/> or
/// <see cref="IKeywordHybridSearchable{TRecord}"/> to choose, or ask <c>GetService</c> of the result for the other search.
/// </remarks>
public static class RerankedSearchExtensions
{
    /// <summary>Decorates a vector search, such as a collection of a vector store, so that its results are reranked.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The first stage.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Returns the text of a record to score. A record without text is not scored.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>
    /// The reranked search. Asked for <see cref="IKeywordHybridSearchable{TRecord}"/>, its <c>GetService</c> returns the hybrid search of the collection,
    /// reranked in the same way.
    /// </returns>
    /// <remarks>
    /// A <see cref="VectorStoreCollection{TKey, TRecord}"/> takes the overload that returns a collection, unless it is cast to
    /// <see cref="IVectorSearchable{TRecord}"/>. Anything else that also searches by keywords takes this one.
    /// </remarks>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="search"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public static RerankedVectorSearch<TRecord> WithReranking<TRecord>(
        this IVectorSearchable<TRecord> search, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(search);
        return new RerankedVectorSearch<TRecord>(search, reranker, textSelector, options);
    }

    /// <summary>Decorates a hybrid search, by vector and keywords, so that its results are reranked.</summary>
    /// <returns>
    /// The reranked search. Asked for <see cref="IVectorSearchable{TRecord}"/>, its <c>GetService</c> returns the vector search of the collection, reranked in
    /// the same way.
    /// </returns>
    /// <remarks>
    /// Most collections also support vector search, so they take another overload unless they are cast to <see cref="IKeywordHybridSearchable{TRecord}"/>.
    /// </remarks>
    /// <inheritdoc cref="WithReranking{TRecord}(IVectorSearchable{TRecord}, Reranker, Func{TRecord, string}, RerankedSearchOptions)"/>
    public static RerankedHybridSearch<TRecord> WithReranking<TRecord>(
        this IKeywordHybridSearchable<TRecord> search, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(search);
        return new RerankedHybridSearch<TRecord>(search, reranker, textSelector, options);
    }

    /// <summary>Decorates a collection of a vector store, so that its searches are reranked and it stays a collection.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="collection">The collection. Disposing the decorated one disposes it.</param>
    /// <param name="reranker">Reorders what searches find.</param>
    /// <param name="textSelector">Returns the text of a record to score. A record without text is not scored.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>
    /// The collection. Asked for <see cref="IKeywordHybridSearchable{TRecord}"/>, its <c>GetService</c> returns the hybrid search, reranked in the same way.
    /// </returns>
    /// <remarks>This overload is preferred to those for searches, so that a collection stays a collection.</remarks>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="collection"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    [OverloadResolutionPriority(2)]
    public static RerankedVectorStoreCollection<TKey, TRecord> WithReranking<TKey, TRecord>(
        this VectorStoreCollection<TKey, TRecord> collection, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(collection);
        return new RerankedVectorStoreCollection<TKey, TRecord>(collection, reranker, textSelector, options);
    }

    /// <summary>Decorates a vector store, so that searches in its collections are reranked.</summary>
    /// <param name="store">The store. Disposing the decorated one disposes it.</param>
    /// <param name="reranker">Reorders what searches find.</param>
    /// <param name="options">Where the texts of the records are. The options are copied.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static RerankedVectorStore WithReranking(this VectorStore store, Reranker reranker, RerankedVectorStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new RerankedVectorStore(store, reranker, options);
    }

    /// <summary>Gets where a result of a reranked search comes from: its first-stage position and score, and its relevance score.</summary>
    /// <typeparam name="TRecord">The type of the record.</typeparam>
    /// <param name="result">A result of a reranked search.</param>
    /// <returns>The provenance, or <see langword="null"/> if the result does not come from a reranked search.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="result"/> is <see langword="null"/>.</exception>
    public static SearchProvenance? GetProvenance<TRecord>(this VectorSearchResult<TRecord> result)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(result);
        return SearchProvenance.Find(result);
    }
}
