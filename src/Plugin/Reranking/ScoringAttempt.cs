namespace Reranking;

/// <summary>A scorer that was asked and gave no answer, or was passed over.</summary>
/// <param name="ScorerName">The name of the scorer, as the configuration has it, or what its metadata calls it.</param>
/// <param name="Reason">Why it gave no answer.</param>
/// <param name="Failure">The exception, or <see langword="null"/> where the scorer was passed over.</param>
/// <param name="Elapsed">How long the attempt took.</param>
public sealed record ScoringAttempt(string ScorerName, ScoringAttemptReason Reason, Exception? Failure, TimeSpan Elapsed);
