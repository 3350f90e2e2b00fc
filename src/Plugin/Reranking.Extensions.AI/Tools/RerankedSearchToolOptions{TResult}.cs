namespace Reranking;

/// <summary>How a <see cref="RerankedSearchTool{TResult}"/> presents itself to the model, and what it gives.</summary>
/// <typeparam name="TResult">The type of the results.</typeparam>
/// <remarks>They are read when the tool is made: later changes have no effect.</remarks>
public sealed class RerankedSearchToolOptions<TResult>
{
    /// <summary>Gets or sets the name that the model calls the tool by.</summary>
    /// <value>Letters, digits, underscores and hyphens, for most models. The default is <c>search</c>.</value>
    public string Name { get; set; } = "search";

    /// <summary>Gets or sets what tells the model when to call the tool.</summary>
    /// <value>Say what can be found. The default speaks of a knowledge base.</value>
    public string Description { get; set; } = "Searches the knowledge base and returns the passages that are most relevant to the query, the best first.";

    /// <summary>Gets or sets what gives the name of a result's source, for the model to cite.</summary>
    /// <value>The default is <see langword="null"/>: no names.</value>
    public Func<TResult, string?>? SourceNameSelector { get; set; }

    /// <summary>Gets or sets what gives the link of a result's source, for the model to cite.</summary>
    /// <value>The default is <see langword="null"/>: no links.</value>
    public Func<TResult, string?>? SourceLinkSelector { get; set; }

    /// <summary>Gets or sets how many passages the model may ask for at most.</summary>
    /// <value>From 1. The default is 20; a larger count of the model is cut to it. Where the model asks for none, <see cref="RerankingOptions.TopN"/> holds.</value>
    public int MaxCount { get; set; } = 20;

    /// <summary>Gets or sets how the results are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: as the reranker was set up. A failing scorer always gives the first-stage order: where a tool throws, the model only learns
    /// that it failed.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}
