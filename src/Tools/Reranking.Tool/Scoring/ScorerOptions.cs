namespace Reranking.Tool.Scoring;

/// <summary>What the command line says about scorers.</summary>
internal sealed record ScorerOptions
{
    /// <summary>Gets the settings of an application.</summary>
    public string? Config { get; init; }

    /// <summary>Gets names or folders of models.</summary>
    public string[] Models { get; init; } = [];

    /// <summary>Gets the names of scorers of <see cref="Config"/>.</summary>
    public string[] Names { get; init; } = [];

    /// <summary>Gets what hosted scorers cost, by name.</summary>
    public IReadOnlyDictionary<string, ScorerPrice> Prices { get; init; } = new Dictionary<string, ScorerPrice>();

    /// <summary>Gets a value indicating whether long documents are read in windows, so that the best passage is known.</summary>
    public bool ReadWhole { get; init; }

    /// <summary>Gets a value indicating whether no model is loaded.</summary>
    public bool IsDryRun { get; init; }
}

/// <summary>What a hosted scorer costs.</summary>
/// <param name="ThousandSearchUnits">The price of 1,000 search units.</param>
/// <param name="MillionTokens">The price of a million tokens.</param>
internal sealed record ScorerPrice(decimal? ThousandSearchUnits, decimal? MillionTokens);
