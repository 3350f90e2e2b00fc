namespace Reranking;

/// <summary>How <see cref="RerankedSearchPlugin"/> makes functions.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>They are copied when a function is made: later changes have no effect.</remarks>
public sealed class RerankedSearchPluginOptions<TRecord>
{
    /// <summary>Gets or sets what a model is told about the functions.</summary>
    /// <value>The default is <see langword="null"/>: a general sentence about searching. Say what can be found: the model decides by it when to search.</value>
    public string? Description { get; set; }

    /// <summary>Gets the parameters that filter the records; several hold together.</summary>
    /// <value>The default is none.</value>
    public IList<SearchParameter<TRecord>> Parameters { get; } = [];
}
