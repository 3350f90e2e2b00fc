using Reranking.SemanticKernel.FunctionFilters;

namespace Reranking;

/// <summary>Which functions <see cref="RerankingFunctionFilter"/> reranks, and which types of results.</summary>
/// <remarks>They are copied when the filter is created: later changes have no effect.</remarks>
public sealed class RerankingFunctionFilterOptions
{
    private readonly List<ResultShape> _shapes = [];

    /// <summary>Gets the functions whose results are reranked. All others are passed through.</summary>
    /// <value>The default is none.</value>
    public IList<RerankedFunction> Functions { get; } = [];

    /// <summary>Gets or sets how the results are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the defaults of the reranker. <see cref="RerankingOptions.TopN"/> is ignored, since the caller of a function says
    /// how many results it wants; <see cref="RerankingOptions.CandidateCount"/> is how many are fetched.
    /// </value>
    public RerankingOptions? Reranking { get; set; }

    internal IReadOnlyList<ResultShape> Shapes => _shapes;

    /// <summary>Adds a function whose results are reranked.</summary>
    /// <param name="pluginName">The name of its plugin, or <see langword="null"/> if it belongs to none.</param>
    /// <param name="functionName">The name of the function.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="functionName"/> is <see langword="null"/>.</exception>
    public RerankingFunctionFilterOptions AddFunction(string? pluginName, string functionName)
    {
        Functions.Add(new RerankedFunction(pluginName, functionName));
        return this;
    }

    /// <summary>
    /// Adds a type of items: a list, an array or a <c>KernelSearchResults</c> of them is reranked. Strings and <c>TextSearchResult</c>s are known already.
    /// </summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="textSelector">Returns the text of an item to score. An item without a text is not scored.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="textSelector"/> is <see langword="null"/>.</exception>
    public RerankingFunctionFilterOptions AddItemType<TItem>(Func<TItem, string?> textSelector)
    {
        ArgumentNullException.ThrowIfNull(textSelector);
        _shapes.Add(new SequenceShape<TItem>(textSelector));
        return this;
    }

    /// <summary>Adds a type of results that hold items to rerank.</summary>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="itemsSelector">Returns the items of a result, in first-stage order.</param>
    /// <param name="textSelector">Returns the text of an item to score. An item without a text is not scored.</param>
    /// <param name="withItems">Creates a result from the original one and its items in their new order.</param>
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
