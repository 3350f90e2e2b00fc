using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>A vector store whose collections are reranked when they are searched; everything else goes to the inner store as it is.</summary>
/// <remarks>
/// <para>
/// For code that takes a whole store and gets its collections itself, such as Agent Framework's <c>ChatHistoryMemoryProvider</c> and Semantic Kernel's
/// <c>TextSearchStore</c>. A collection of records whose text is not known is refused, because reranking would silently not take place.
/// </para>
/// <para>As thread-safe as the inner store. Disposing it disposes the inner one.</para>
/// </remarks>
public sealed class RerankedVectorStore : VectorStore
{
    private readonly VectorStore _inner;
    private readonly Reranker _reranker;
    private readonly RerankedVectorStoreOptions _options;

    /// <summary>Initializes a new instance of the <see cref="RerankedVectorStore"/> class.</summary>
    /// <param name="inner">The store.</param>
    /// <param name="reranker">Reorders what searches find.</param>
    /// <param name="options">Where the texts of the records are. The options are copied.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public RerankedVectorStore(VectorStore inner, Reranker reranker, RerankedVectorStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(options);
        _inner = inner;
        _reranker = reranker;
        _options = new RerankedVectorStoreOptions(options);
    }

    /// <summary>Gets a collection whose searches are reranked.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="name">The name of the collection.</param>
    /// <param name="definition">The schema of the records, or <see langword="null"/> if attributes describe it.</param>
    /// <returns>The collection, a <see cref="RerankedVectorStoreCollection{TKey, TRecord}"/>.</returns>
    /// <exception cref="InvalidOperationException">The options do not say where the text of these records is.</exception>
    [RequiresDynamicCode("This API is not compatible with NativeAOT. For dynamic mapping via Dictionary<string, object?>, use GetDynamicCollection() instead.")]
    [RequiresUnreferencedCode(
        "This API is not compatible with trimming. For dynamic mapping via Dictionary<string, object?>, use GetDynamicCollection() instead.")]
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        Func<TRecord, string?> textSelector = _options.FindTextSelector<TRecord>() ?? FindTextProperty<TRecord>();
        return new RerankedVectorStoreCollection<TKey, TRecord>(
            _inner.GetCollection<TKey, TRecord>(name, definition), _reranker, textSelector, _options.Search);
    }

    /// <summary>Gets a collection of records that are dictionaries, whose searches are reranked.</summary>
    /// <param name="name">The name of the collection.</param>
    /// <param name="definition">The schema of the records.</param>
    /// <returns>The collection, a <see cref="RerankedVectorStoreCollection{TKey, TRecord}"/>.</returns>
    /// <exception cref="InvalidOperationException">The options do not say where the text of these records is.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        Func<Dictionary<string, object?>, string?> textSelector =
            _options.FindTextSelector<Dictionary<string, object?>>() ?? TextOfKey(_options.TextProperty ?? throw NoText(typeof(Dictionary<string, object?>)));
        return new RerankedVectorStoreCollection<object, Dictionary<string, object?>>(
            _inner.GetDynamicCollection(name, definition), _reranker, textSelector, _options.Search);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<string> ListCollectionNamesAsync(CancellationToken cancellationToken = default) =>
        _inner.ListCollectionNamesAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.CollectionExistsAsync(name, cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.EnsureCollectionDeletedAsync(name, cancellationToken);

    /// <summary>Gets a service of this store or of the one it decorates.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">The key of the service, or <see langword="null"/>.</param>
    /// <returns>
    /// The service, or <see langword="null"/> if there is none. The inner store is not returned, so that nobody bypasses the reranker by accident.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is <see langword="null"/>.</exception>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType.IsInstanceOfType(this))
        {
            return this;
        }

        object? service = _inner.GetService(serviceType, serviceKey);
        return service is VectorStore ? null : service;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Func<Dictionary<string, object?>, string?> TextOfKey(string key) => record => record.GetValueOrDefault(key) as string;

    private static InvalidOperationException NoText(Type recordType) => new(
        $"It is not known where the text of {recordType} records is, so they can't be reranked. "
        + $"Set {nameof(RerankedVectorStoreOptions)}.{nameof(RerankedVectorStoreOptions.TextProperty)} to the name of the property that holds it, "
        + $"or call {nameof(RerankedVectorStoreOptions.SetTextSelector)}; or get the collection from the inner store if it is not to be reranked.");

    // By reflection, since the records of libraries can be of internal types, for which nobody can write a selector.
    [RequiresUnreferencedCode("The property is found by its name.")]
    private Func<TRecord, string?> FindTextProperty<TRecord>()
        where TRecord : class
    {
        if (_options.TextProperty is not { } name)
        {
            throw NoText(typeof(TRecord));
        }

        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
        {
            return (Func<TRecord, string?>)(object)TextOfKey(name);
        }

        PropertyInfo? property = typeof(TRecord).GetProperty(name, typeof(string));
        return property?.GetMethod?.CreateDelegate<Func<TRecord, string?>>()
            ?? throw new InvalidOperationException(
                $"{typeof(TRecord)} has no public property '{name}' that is a string. "
                + $"Set {nameof(RerankedVectorStoreOptions)}.{nameof(RerankedVectorStoreOptions.TextProperty)} to one that is, "
                + $"or call {nameof(RerankedVectorStoreOptions.SetTextSelector)}.");
    }
}
