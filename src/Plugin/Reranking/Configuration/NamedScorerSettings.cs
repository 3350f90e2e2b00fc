namespace Reranking.Configuration;

/// <summary>What every scorer of the configuration has, whatever its provider.</summary>
/// <param name="Name">The name, as <c>local</c>.</param>
/// <param name="Path">The path of its section, as <c>Reranking:Scorers:local</c>.</param>
/// <param name="MinScore">The lowest score worth keeping, or <see langword="null"/>.</param>
/// <param name="MinScoreModel">The model that the threshold was measured with, or <see langword="null"/>.</param>
/// <param name="Timeout">How long the scorer may take in a chain, or <see langword="null"/> for its share.</param>
internal sealed record NamedScorerSettings(string Name, string Path, double? MinScore, string? MinScoreModel, TimeSpan? Timeout);
