namespace Reranking;

/// <summary>Which functions <see cref="RerankingFunctionFilter"/> and <see cref="RerankingAutoFunctionFilter"/> rerank, and what they find in the results.</summary>
/// <remarks>They are copied when the filter is made: later changes have no effect.</remarks>
public sealed class RerankingFunctionFilterOptions
{
    private readonly List<ResultShape> _shapes = [];

    /// <summary>Gets the functions whose results are reranked. All others are left alone.</summary>
    /// <value>The default is none.</value>
    public IList<RerankedFunction> Functions { get; } = [];

    /// <summary>Gets or sets how the results are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: as the reranker was set up. <see cref="RerankingOptions.TopN"/> is not used, since the caller of a function says how many
    /// results are wanted; <see cref="RerankingOptions.CandidateCount"/> says how many are fetched.
    /// </value>
    public RerankingOptions? Reranking { get; set; }

    internal IReadOnlyList<ResultShape> Shapes => _shapes;

    /// <summary>Adds a function whose results are reranked.</summary>
    /// <param name="pluginName">The name of its plugin, or <see langword="null"/> where it belongs to none.</param>
    /// <param name="functionName">The name of the function.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="functionName"/> is <see langword="null"/>.</exception>
    public RerankingFunctionFilterOptions AddFunction(string? pluginName, string functionName)
    {
        Functions.Add(new RerankedFunction(pluginName, functionName));
        return this;
    }

    /// <summary>Lets results be reranked that are a list, an array or a <c>KernelSearchResults</c> of some type. Strings and <c>TextSearchResult</c>s are known already.</summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="textSelector">Gives the text of an item to score. An item without one is not scored.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="textSelector"/> is <see langword="null"/>.</exception>
    public RerankingFunctionFilterOptions AddItemType<TItem>(Func<TItem, string?> textSelector)
    {
        ArgumentNullException.ThrowIfNull(textSelector);
        _shapes.Add(new SequenceShape<TItem>(textSelector));
        return this;
    }

    /// <summary>Lets results of some type be reranked that hold items.</summary>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="itemsSelector">Gives the items of a result, in first-stage order.</param>
    /// <param name="textSelector">Gives the text of an item to score. An item without one is not scored.</param>
    /// <param name="withItems">Makes a result with other items of the one that came.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public RerankingFunctionFilterOptions AddResultType<TResult, TItem>(
        Func<TResult, IEnumerable<TItem>> itemsSelector, Func<TItem, string?> textSelector, Func<TResult, IReadOnlyList<TItem>, TResult> withItems)
        where TResult : notnull
    {
        ArgumentNullException.ThrowIfNull(itemsSelector);
        ArgumentNullException.ThrowIfNull(textSelector);
        ArgumentNullException.ThrowIfNull(withItems);
        _shapes.Add(new SelectedShape<TResult, TItem>(itemsSelector, textSelector, withItems));
        return this;
    }
}
