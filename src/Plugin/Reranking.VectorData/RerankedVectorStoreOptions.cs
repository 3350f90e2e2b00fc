namespace Reranking;

/// <summary>How a <see cref="RerankedVectorStore"/> reranks, and where the texts of its records are.</summary>
/// <remarks>They are copied when the store is decorated: later changes have no effect.</remarks>
public sealed class RerankedVectorStoreOptions
{
    private readonly Dictionary<Type, Delegate> _textSelectors = [];

    /// <summary>Initializes a new instance of the <see cref="RerankedVectorStoreOptions"/> class.</summary>
    public RerankedVectorStoreOptions()
    {
    }

    internal RerankedVectorStoreOptions(RerankedVectorStoreOptions other)
    {
        _textSelectors = new(other._textSelectors);
        TextProperty = other.TextProperty;
        Search = other.Search is null ? null : new() { QuerySelector = other.Search.QuerySelector, Reranking = other.Search.Reranking?.Clone() };
    }

    /// <summary>Gets or sets the property that holds the text of a record, for record types without a selector of their own.</summary>
    /// <value>
    /// The name of the key in the records of dynamic collections, and of the public property of others, which is found by reflection. The default is
    /// <see langword="null"/>: none.
    /// </value>
    public string? TextProperty { get; set; }

    /// <summary>Gets or sets how searches are reranked.</summary>
    /// <value>The default is <see langword="null"/>: the defaults of the reranker.</value>
    public RerankedSearchOptions? Search { get; set; }

    /// <summary>Says where the text of a type of records is.</summary>
    /// <typeparam name="TRecord">The type of the records; <c>Dictionary&lt;string, object?&gt;</c> is that of dynamic collections.</typeparam>
    /// <param name="textSelector">
    /// Returns the text of a record to score. A record without text is not scored; so, if it always returns <see langword="null"/>, these records are not
    /// reranked.
    /// </param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="textSelector"/> is <see langword="null"/>.</exception>
    public RerankedVectorStoreOptions SetTextSelector<TRecord>(Func<TRecord, string?> textSelector)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(textSelector);
        _textSelectors[typeof(TRecord)] = textSelector;
        return this;
    }

    internal Func<TRecord, string?>? FindTextSelector<TRecord>() => (Func<TRecord, string?>?)_textSelectors.GetValueOrDefault(typeof(TRecord));
}
