using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http.Scoring;

/// <summary>Splits the documents of a call over as few requests as the API takes, and merges the responses into scores in document order.</summary>
/// <param name="client">Sends each request.</param>
/// <param name="options">How many documents a request has and how many requests are under way at once.</param>
/// <param name="dialect">The API.</param>
/// <param name="scoreKind">What the numbers of the API are.</param>
/// <param name="errors">Creates the exceptions.</param>
/// <param name="logger">Receives a line per call.</param>
internal sealed partial class RequestSplitter(
    RerankClient client, HttpScorerOptions options, RerankDialect dialect, HttpScoreKind scoreKind, RerankErrors errors, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Scores the documents of a call.</summary>
    /// <param name="query">The query.</param>
    /// <param name="documents">One document or more.</param>
    /// <param name="model">The model, or <see langword="null"/> for the server's own.</param>
    /// <param name="properties">The additional properties of the call, or <see langword="null"/>.</param>
    /// <param name="deadline">The deadline of the call.</param>
    /// <param name="cancellationToken">Stops all requests.</param>
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        string? model,
        IDictionary<string, object?>? properties,
        RequestDeadline deadline,
        CancellationToken cancellationToken)
    {
        RequestFields fields = RequestFields.Create(dialect, options, model, properties, errors);
        var call = new SplitCall(client, options.OversizedDocuments, query, documents, model, fields, deadline);
        int[][] parts = [.. Enumerable.Range(0, documents.Count).Chunk(options.MaxDocumentsPerRequest ?? dialect.MaxDocuments)];
        ConcurrentQueue<(int[] Part, RelevanceScoringException Failure)> refused = [];
        if (parts.Length == 1)
        {
            await SendAsync(parts[0], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // The first request that fails stops the others: a call returns the scores of all documents or none.
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrency, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(parts, parallel, SendAsync).ConfigureAwait(false);
        }

        foreach ((int[] part, RelevanceScoringException failure) in refused)
        {
            // Where another part was accepted, it is the documents, and those that are not too long are still to be scored.
            if (!call.Responses.Any())
            {
                throw failure;
            }

            await call.SendAsync([.. part.Where(position => double.IsNaN(call.RawScores[position]))], cancellationToken).ConfigureAwait(false);
        }

        RerankResponse[] responses = [.. call.Responses];
        if (Array.TrueForAll(call.RawScores, double.IsNaN))
        {
            throw call.Refused ?? errors.NoneScored(documents.Count);
        }

        RelevanceScoringUsage? usage = Usage(responses);
        LogScored(errors.Api, documents.Count, responses.Length, usage?.SearchUnitCount, usage?.InputTokenCount);
        return new RelevanceScores(
            [.. call.RawScores.Select((score, i) => ToScore(score) with { IsTruncated = call.IsTruncated[i], BestWindow = call.BestWindows[i] })])
        {
            ModelId = responses.Select(static response => response.Model).FirstOrDefault(static name => name is not null) ?? model,
            Usage = usage,
        };

        async ValueTask SendAsync(int[] part, CancellationToken token)
        {
            try
            {
                await call.SendAsync(part, token).ConfigureAwait(false);
            }
            catch (NothingAcceptedException exception)
            {
                refused.Enqueue((part, exception.Failure));
            }
        }
    }

    private static RelevanceScoringUsage? Usage(RerankResponse[] responses)
    {
        double? tokens = Sum(responses.Select(static response => response.Tokens));
        double? units = Sum(responses.Select(static response => response.Units));
        return tokens is null && units is null ? null : new RelevanceScoringUsage { InputTokenCount = (long?)tokens, SearchUnitCount = units };
    }

    private static double? Sum(IEnumerable<double?> numbers) =>
        numbers.Aggregate((double?)null, static (sum, number) => number is null ? sum : (sum ?? 0) + number);

    private RelevanceScore ToScore(double rawScore) => double.IsNaN(rawScore) ? RelevanceScore.Unscored : scoreKind switch
    {
        HttpScoreKind.Logit => RelevanceScore.FromLogit(rawScore),
        HttpScoreKind.Cosine => new RelevanceScore((rawScore + 1) / 2, rawScore),
        _ => new RelevanceScore(rawScore, rawScore),
    };

    [LoggerMessage(
        EventId = 60,
        Level = LogLevel.Debug,
        Message = "{Api} scored {DocumentCount} documents in {RequestCount} requests: {SearchUnits} search units, {Tokens} tokens.")]
    private partial void LogScored(string api, int documentCount, int requestCount, double? searchUnits, long? tokens);
}
