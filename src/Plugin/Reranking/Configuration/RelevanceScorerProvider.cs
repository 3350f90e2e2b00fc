using Microsoft.Extensions.Configuration;

namespace Reranking;

/// <summary>Creates scorers of one kind out of configuration: what <c>"Provider": "Onnx"</c> stands for.</summary>
/// <param name="name">The name that the configuration calls it by, as <c>Onnx</c>; letter case does not matter.</param>
/// <remarks>Thread-safe. The sections it is given are frozen copies: they do not change when the configuration is reloaded.</remarks>
public abstract class RelevanceScorerProvider(string name)
{
    /// <summary>Gets the name that the configuration calls it by.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the keys that a scorer of this kind may have in its section, besides those that every scorer has.</summary>
    /// <value>Names of keys and of sub-sections, as <c>ModelPath</c>; letter case does not matter. Another key is refused, with the nearest of these.</value>
    public abstract IReadOnlyCollection<string> Keys { get; }

    /// <summary>Gets the keys that this kind of scorer reads beside <c>Scorers</c>, for what its scorers share.</summary>
    /// <value>Names of sub-sections of the section that <c>AddReranking</c> was given. None if it is not overridden.</value>
    /// <remarks>
    /// The provider reads them by itself, when the application starts. A later change of them alone is none: a warning says that it needs a restart.
    /// </remarks>
    public virtual IReadOnlyCollection<string> RootKeys => [];

    /// <summary>Finds what is wrong with the settings of a scorer, without touching a file or the network.</summary>
    /// <param name="section">The section of the scorer, as <c>Reranking:Scorers:local</c>.</param>
    /// <param name="isUsed">Whether requests go to the scorer. One that only stands by may lack what it needs to work, such as a key.</param>
    /// <returns>Messages that begin with the path of the setting and say what was found and what was expected; none if all is well.</returns>
    public abstract IEnumerable<string> Validate(IConfigurationSection section, bool isUsed);

    /// <summary>Creates a scorer. Files and network are touched on the first call, or by <see cref="IWarmable.WarmUpAsync"/>.</summary>
    /// <param name="scorerName">The name of the scorer, as <c>local</c>.</param>
    /// <param name="section">The section of the scorer.</param>
    /// <returns>The scorer; the caller disposes it.</returns>
    /// <exception cref="RelevanceScoringException">The settings do not do.</exception>
    public abstract IRelevanceScorer Create(string scorerName, IConfigurationSection section);
}
