namespace Reranking.Http.Protocol;

/// <summary>What an answer says besides the scores.</summary>
/// <param name="Model">The model that answered, where the API tells.</param>
/// <param name="Tokens">The tokens read, where the API tells.</param>
/// <param name="Units">The search units billed, where the API tells.</param>
/// <param name="Warnings">What the API warns of.</param>
internal sealed record RerankAnswer(string? Model, double? Tokens, double? Units, IReadOnlyList<string> Warnings);
