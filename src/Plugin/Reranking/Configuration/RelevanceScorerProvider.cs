using Microsoft.Extensions.Configuration;

namespace Reranking;

/// <summary>Creates scorers of one kind from configuration, such as those with <c>"Provider": "Onnx"</c>.</summary>
/// <param name="name">The name of the provider in the configuration, such as <c>Onnx</c>; not case-sensitive.</param>
/// <remarks>Thread-safe. The sections it receives are copies that do not change when the configuration is reloaded.</remarks>
public abstract class RelevanceScorerProvider(string name)
{
    /// <summary>Gets the name of the provider in the configuration.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the keys that a scorer of this kind may have in its section, in addition to those that every scorer has.</summary>
    /// <value>
    /// Names of keys and of subsections, such as <c>ModelPath</c>; not case-sensitive. Any other key is rejected, and the closest of these is suggested.
    /// </value>
    public abstract IReadOnlyCollection<string> Keys { get; }

    /// <summary>Gets the keys beside <c>Scorers</c> that this provider reads, for settings that its scorers share.</summary>
    /// <value>Names of subsections of the section passed to <c>AddReranking</c>. None by default.</value>
    /// <remarks>
    /// The provider reads them itself, when the application starts. If only they change later, nothing is swapped, and a warning says that a restart is
    /// required.
    /// </remarks>
    public virtual IReadOnlyCollection<string> RootKeys => [];

    /// <summary>Validates the settings of a scorer, without touching files or the network.</summary>
    /// <param name="section">The section of the scorer, such as <c>Reranking:Scorers:local</c>.</param>
    /// <param name="isUsed">Whether requests go to the scorer. A scorer that is only on standby may lack what it needs to work, such as an API key.</param>
    /// <returns>Messages that begin with the path of the setting and say what was found and what was expected; none if the settings are valid.</returns>
    public abstract IEnumerable<string> Validate(IConfigurationSection section, bool isUsed);

    /// <summary>Creates a scorer. Files and the network are touched only on the first call, or by <see cref="IWarmable.WarmUpAsync"/>.</summary>
    /// <param name="scorerName">The name of the scorer, such as <c>local</c>.</param>
    /// <param name="section">The section of the scorer.</param>
    /// <returns>The scorer; the caller disposes it.</returns>
    /// <exception cref="RelevanceScoringException">The settings do not do.</exception>
    public abstract IRelevanceScorer Create(string scorerName, IConfigurationSection section);
}
