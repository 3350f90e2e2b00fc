using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Reranking.Diagnostics;

namespace Reranking;

// What a call leaves behind for operators: span, metrics and log lines, without the texts.
public sealed partial class Reranker
{
    private static Activity? StartActivity(
        RelevanceScorerMetadata? metadata, string query, IReadOnlyList<string> documents, int candidateCount, bool keptLocal, RerankingOptions options)
    {
        Activity? activity = RerankingMetrics.StartActivity(metadata, query, documents, candidateCount, options.EnableSensitiveData && !keptLocal);
        activity?.SetTag(RerankingTelemetry.Tags.TopN, options.TopN);
        return activity;
    }

    private void Report<T>(
        List<RankedCandidate<T>> ranking,
        RelevanceScores scores,
        int truncated,
        int candidateCount,
        bool keptLocal,
        in TagList tags,
        Activity? activity)
    {
        // An empty ranking has no ranks; a 0 would say that reranking changed nothing.
        double? displacement = ranking.Count == 0 ? null : ranking.Select(static (ranked, rank) => Math.Abs(rank - ranked.Index)).Average();
        _metrics.RecordReranked(displacement, truncated, scores.Count(static score => score.IsEstimate), tags);
        if (activity is not null)
        {
            activity.SetTag(RerankingTelemetry.Tags.Outcome, RerankingMetrics.TagValue(RerankingOutcome.Reranked));
            activity.SetTag(RerankingTelemetry.Tags.RankDisplacement, displacement);
            RerankingMetrics.SetScores(activity, scores);
            if (keptLocal)
            {
                activity.SetTag(RerankingTelemetry.Tags.KeptLocal, true);
            }
        }

        int scored = scores.Count(static score => score.IsScored);
        LogReranked(scored, candidateCount, ranking.Count, displacement ?? 0);
        if (scored < scores.Count)
        {
            LogUnscored(scores.Count - scored, scores.Count);
        }

        if (truncated > 0)
        {
            LogTruncated(truncated, scores.Count);
        }
    }

    private void WarnOfScale(IReadOnlyList<string> documents, RelevanceScores scores, double? minScore, int keptCount)
    {
        if (_scaleWatch.ReportEqual(documents, scores) is { } calls)
        {
            LogAllEqual(calls, scores[0].RawValue, scores.Count);
        }

        if (minScore is { } threshold && _scaleWatch.ReportKept(threshold, keptCount))
        {
            double[] values = [.. scores.Where(static score => score is { IsScored: true, IsEstimate: false }).Select(static score => score.Value)];
            LogNothingKept(threshold, values.Length, values.DefaultIfEmpty().Min(), values.DefaultIfEmpty().Max());
        }
    }

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Debug,
        Message = "Scored {ScoredCount} of {CandidateCount} candidates and kept {KeptCount}; mean rank displacement {Displacement:0.##}.")]
    private partial void LogReranked(int scoredCount, int candidateCount, int keptCount, double displacement);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Reranking of {CandidateCount} candidates skipped: {Reason}.")]
    private partial void LogSkipped(int candidateCount, RerankingReason reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Reranking of {DocumentCount} documents fell back to the first-stage order: {Reason}.")]
    private partial void LogFellBack(Exception exception, int documentCount, RerankingReason reason);

    [LoggerMessage(
        EventId = 5,
        Level = LogLevel.Warning,
        Message = "{UnscoredCount} of {DocumentCount} documents could not be scored; they follow the others in first-stage order.")]
    private partial void LogUnscored(int unscoredCount, int documentCount);

    [LoggerMessage(
        EventId = 6,
        Level = LogLevel.Warning,
        Message = "All scores were equal in {CallCount} calls in a row, in the last one {Score} for {DocumentCount} documents, " +
            "so that reranking changes nothing. Check the model of the scorer and what its scores are.")]
    private partial void LogAllEqual(int callCount, double score, int documentCount);

    [LoggerMessage(
        EventId = 7,
        Level = LogLevel.Warning,
        Message = "MinScore {MinScore} left nothing of {DocumentCount} documents with scores from {LowestScore} to {HighestScore}. " +
            "The usual cause is a threshold for the scale of another model: measure it again.")]
    private partial void LogNothingKept(double minScore, int documentCount, double lowestScore, double highestScore);

    [LoggerMessage(
        EventId = 4,
        Level = LogLevel.Warning,
        Message = "{TruncatedCount} of {DocumentCount} documents were longer than the model's input and were read only in part.")]
    private partial void LogTruncated(int truncatedCount, int documentCount);
}
