namespace Reranking;

/// <summary>Options of the functions that <see cref="RerankedSearchPlugin"/> creates.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>They are copied when a function is created: later changes have no effect.</remarks>
public sealed class RerankedSearchPluginOptions<TRecord>
{
    /// <summary>Gets or sets the description of the functions for models.</summary>
    /// <value>
    /// The default is <see langword="null"/>: a general sentence about searching. Say what can be found: the model uses it to decide when to search.
    /// </value>
    public string? Description { get; set; }

    /// <summary>Gets or sets the maximum number of results that a call can ask for.</summary>
    /// <value>
    /// From 1. The default is 100; a larger <c>count</c> is reduced to it. If a call gives none, <see cref="RerankingOptions.TopN"/> applies. A <c>skip</c> of
    /// more than 1,000 finds nothing.
    /// </value>
    public int MaxCount { get; set; } = 100;

    /// <summary>Gets the parameters that filter the records; a record must pass all of them.</summary>
    /// <value>The default is none.</value>
    public IList<SearchParameter<TRecord>> Parameters { get; } = [];
}
