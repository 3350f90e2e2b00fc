using Reranking.Ranking;

namespace Reranking.Configuration;

/// <summary>What code says about reranking, next to a section of the configuration or instead of one.</summary>
internal sealed class CodeConfiguration
{
    /// <summary>Gets a configuration for a section that code adds nothing to.</summary>
    public static CodeConfiguration Empty { get; } = new();

    /// <summary>Gets a value indicating whether there is a section, which then holds the options too.</summary>
    public bool HasSection { get; init; } = true;

    /// <summary>Gets a value indicating whether code says which texts must stay on this machine.</summary>
    public bool HasKeepLocalRule { get; init; }

    /// <summary>Gets when the scorers are loaded, unless the section says so.</summary>
    public RerankingWarmUp WarmUp { get; init; }

    /// <summary>Gets the scorers.</summary>
    public IReadOnlyList<CodeScorer> Scorers { get; init; } = [];

    /// <summary>Gets the names of the scorers that answer, the first one first; empty if code does not say.</summary>
    public IReadOnlyList<string> Use { get; init; } = [];

    /// <summary>Gets what returns the options if there is no section.</summary>
    public Func<RerankingOptions> Options { get; init; } = static () => new RerankingOptions();

    /// <summary>Returns a copy of the options, and adds what is wrong with them.</summary>
    public RerankingOptions ReadOptions(ICollection<string> failures)
    {
        RerankingOptions options = Options().Clone();
        foreach (string failure in RerankingOptionsValidator.Failures(options, nameof(RerankingOptions)))
        {
            failures.Add(failure);
        }

        if (options.MinScore is not null && Scorers.Count > 1)
        {
            failures.Add(
                $"{nameof(RerankingOptions)}:{nameof(RerankingOptions.MinScore)} is set, but a threshold belongs to a scorer, "
                + $"whose scale it is on, and there are {Scorers.Count}. "
                + "Name the scorers in a section, each with its MinScore, or pass the threshold with each call.");
        }

        return options;
    }
}

/// <summary>A scorer that code adds.</summary>
/// <param name="Name">The name, or empty for the only one, which needs none.</param>
/// <param name="Create">Creates it.</param>
internal sealed record CodeScorer(string Name, Func<IRelevanceScorer> Create)
{
    public string DisplayName => Name.Length == 0 ? "a scorer without a name" : $"'{Name}'";

    public NamedScorerSettings Settings => new(Name, Name.Length == 0 ? "The scorer" : $"Scorer {Name}", MinScore: null, MinScoreModel: null, Timeout: null);
}
