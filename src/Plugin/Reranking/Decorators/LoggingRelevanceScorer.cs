using Microsoft.Extensions.Logging;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>A decorator that logs each call at Debug, its text at Trace, and failures at Error.</summary>
/// <remarks>
/// Query and documents are logged only at <see cref="LogLevel.Trace"/>, which is meant for development; text that must stay on this machine is never logged.
/// </remarks>
public sealed partial class LoggingRelevanceScorer : DelegatingRelevanceScorer
{
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="LoggingRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer to pass calls to.</param>
    /// <param name="logger">The logger.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> or <paramref name="logger"/> is <see langword="null"/>.</exception>
    public LoggingRelevanceScorer(IRelevanceScorer innerScorer, ILogger logger)
        : base(innerScorer)
    {
        ArgumentNullException.ThrowIfNull(logger);
        _logger = logger;
    }

    /// <inheritdoc/>
    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        if (_logger.IsEnabled(LogLevel.Trace) && !InnerScorer.KeepsLocal(options))
        {
            LogTexts(query, documents);
        }

        RelevanceScores scores;
        try
        {
            scores = await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogCanceled(documents.Count);
            throw;
        }
        catch (Exception exception)
        {
            LogFailed(exception, documents.Count);
            throw;
        }

        // It is not for a decorator to judge the answer, so it has to get along with none.
        string? modelId = ResponseName.Sanitize(scores?.ModelId);
        LogScored(documents.Count, modelId);
        return scores!;
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Debug, Message = "Scored {DocumentCount} documents with model {ModelId}.")]
    private partial void LogScored(int documentCount, string? modelId);

    [LoggerMessage(EventId = 12, Level = LogLevel.Trace, Message = "Scoring for the query \"{Query}\" the documents {Documents}.", SkipEnabledCheck = true)]
    private partial void LogTexts(string query, IReadOnlyList<string> documents);

    [LoggerMessage(EventId = 13, Level = LogLevel.Debug, Message = "Scoring of {DocumentCount} documents canceled.")]
    private partial void LogCanceled(int documentCount);

    [LoggerMessage(EventId = 14, Level = LogLevel.Error, Message = "Scoring of {DocumentCount} documents failed.")]
    private partial void LogFailed(Exception exception, int documentCount);
}
