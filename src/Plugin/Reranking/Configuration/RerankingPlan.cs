namespace Reranking.Configuration;

/// <summary>What a configuration asks for, checked.</summary>
internal sealed record RerankingPlan
{
    public required RerankingOptions Options { get; init; }

    /// <summary>Gets all scorers that the configuration names, by name.</summary>
    public required IReadOnlyDictionary<string, ScorerPlan> Scorers { get; init; }

    /// <summary>Gets the stages of a cascade; one if there is no cascade.</summary>
    public required IReadOnlyList<StagePlan> Stages { get; init; }

    /// <summary>Gets the scorer that answers if texts must not leave, or <see langword="null"/> for the first local one.</summary>
    public string? LocalScorer { get; init; }

    /// <summary>Gets the scorer that scores in the background, or <see langword="null"/> for none.</summary>
    public string? ShadowScorer { get; init; }

    /// <summary>Gets how the scorer in the background is asked.</summary>
    public ShadowRelevanceScorerOptions Shadow { get; init; } = new();

    /// <summary>Gets when the scorers are loaded; read when the host starts.</summary>
    public RerankingWarmUp WarmUp { get; init; }

    /// <summary>Gets a hash of the section without what is read at start: equal ones ask for the same.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Gets hashes of what providers read when the application starts, by the path of its section.</summary>
    public required IReadOnlyDictionary<string, string> ReadAtStart { get; init; }

    /// <summary>Gets the rule that says which texts must not leave, or <see langword="null"/> if the configuration has none.</summary>
    public KeepLocalField? KeepLocal { get; init; }
}

/// <summary>A scorer that the configuration or the code names.</summary>
/// <param name="Settings">What every scorer has.</param>
/// <param name="Create">Creates it; the caller disposes it.</param>
/// <param name="Fingerprint">A hash of all that it is created from: two with the same one are one scorer.</param>
internal sealed record ScorerPlan(NamedScorerSettings Settings, Func<IRelevanceScorer> Create, string Fingerprint);

/// <summary>A stage of a cascade.</summary>
/// <param name="Use">The scorer, or several in a chain.</param>
/// <param name="Keep">How many of the best documents go on.</param>
internal sealed record StagePlan(IReadOnlyList<string> Use, int Keep);

/// <summary>What every scorer of the configuration has, whatever its provider.</summary>
/// <param name="Name">The name, as <c>local</c>.</param>
/// <param name="Path">The path of its section, as <c>Reranking:Scorers:local</c>.</param>
/// <param name="MinScore">The lowest score worth keeping, or <see langword="null"/>.</param>
/// <param name="MinScoreModel">The model that the threshold was measured with, or <see langword="null"/>.</param>
/// <param name="Timeout">How long the scorer may take in a chain, or <see langword="null"/> for its share.</param>
internal sealed record NamedScorerSettings(string Name, string Path, double? MinScore, string? MinScoreModel, TimeSpan? Timeout);
