namespace Reranking;

/// <summary>A scorer that was asked and did not answer, or was skipped.</summary>
/// <param name="ScorerName">The name of the scorer, as in the configuration, or what its metadata calls it.</param>
/// <param name="Reason">Why it did not answer.</param>
/// <param name="Failure">The exception, or <see langword="null"/> if the scorer was skipped.</param>
/// <param name="Elapsed">How long the attempt took.</param>
public sealed record ScoringAttempt(string ScorerName, ScoringAttemptReason Reason, Exception? Failure, TimeSpan Elapsed);
