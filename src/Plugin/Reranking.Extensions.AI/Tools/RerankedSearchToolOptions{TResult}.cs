namespace Reranking;

/// <summary>How a <see cref="RerankedSearchTool{TResult}"/> is described to the model, and what it returns.</summary>
/// <typeparam name="TResult">The type of the results.</typeparam>
/// <remarks>They are copied when the tool is created: later changes have no effect.</remarks>
public sealed class RerankedSearchToolOptions<TResult>
{
    /// <summary>Gets or sets the name that the model calls the tool by.</summary>
    /// <value>Letters, digits, underscores and hyphens, for most models. The default is <c>search</c>.</value>
    public string Name { get; set; } = "search";

    /// <summary>Gets or sets the description by which the model decides when to call the tool.</summary>
    /// <value>Say what can be found. The default speaks of a knowledge base.</value>
    public string Description { get; set; } = "Searches the knowledge base and returns the passages that are most relevant to the query, the best first.";

    /// <summary>Gets or sets the function that returns the name of a result's source, for the model to cite.</summary>
    /// <value>The default is <see langword="null"/>: no names.</value>
    public Func<TResult, string?>? SourceNameSelector { get; set; }

    /// <summary>Gets or sets the function that returns the link of a result's source, for the model to cite.</summary>
    /// <value>The default is <see langword="null"/>: no links.</value>
    public Func<TResult, string?>? SourceLinkSelector { get; set; }

    /// <summary>Gets or sets the maximum number of passages that the model can ask for.</summary>
    /// <value>
    /// From 1. The default is 20; a larger count of the model is reduced to it. If the model gives no count, <see cref="RerankingOptions.TopN"/> applies.
    /// </value>
    public int MaxCount { get; set; } = 20;

    /// <summary>Gets or sets how the results are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the defaults of the reranker. If the scorer fails, the first-stage order is always returned: if a tool throws,
    /// the model only learns that it failed.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}
