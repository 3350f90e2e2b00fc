namespace Reranking;

/// <summary>A scorer that was called and did not answer, or that was skipped.</summary>
/// <param name="ScorerName">The name of the scorer in the configuration, or the one derived from its metadata.</param>
/// <param name="Reason">Why it did not answer.</param>
/// <param name="Failure">The exception, or <see langword="null"/> if the scorer was skipped.</param>
/// <param name="Elapsed">How long the attempt took.</param>
public sealed record ScoringAttempt(string ScorerName, ScoringAttemptReason Reason, Exception? Failure, TimeSpan Elapsed);
