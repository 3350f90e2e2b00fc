namespace Reranking.Configuration;

/// <summary>What a configuration asks for, checked.</summary>
internal sealed record RerankingPlan
{
    public required RerankingOptions Options { get; init; }

    /// <summary>Gets all scorers that the configuration names, by name.</summary>
    public required IReadOnlyDictionary<string, ScorerPlan> Scorers { get; init; }

    /// <summary>Gets the stages of a cascade; one where there is no cascade.</summary>
    public required IReadOnlyList<StagePlan> Stages { get; init; }

    /// <summary>Gets the scorer that answers where texts may not leave, or <see langword="null"/> for the first local one.</summary>
    public string? LocalScorer { get; init; }

    /// <summary>Gets the scorer that scores in the background, or <see langword="null"/> for none.</summary>
    public string? ShadowScorer { get; init; }

    /// <summary>Gets how the scorer in the background is asked.</summary>
    public ShadowRelevanceScorerOptions Shadow { get; init; } = new();

    /// <summary>Gets a hash of the section without what is read at start: equal ones ask for the same.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Gets hashes of what providers read when the application starts, by the path of its section.</summary>
    public required IReadOnlyDictionary<string, string> ReadAtStart { get; init; }

    /// <summary>Gets the rule that says which texts may not leave, or <see langword="null"/> where the configuration has none.</summary>
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
