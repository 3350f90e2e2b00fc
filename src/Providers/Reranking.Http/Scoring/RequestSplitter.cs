using Microsoft.Extensions.Logging;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http.Scoring;

/// <summary>Splits the documents of a call over as few requests as the API takes, and merges the responses into scores in document order.</summary>
/// <param name="client">Sends each request.</param>
/// <param name="options">How many documents a request has and how many requests are under way at once.</param>
/// <param name="dialect">The API.</param>
/// <param name="scoreKind">What the numbers of the API are.</param>
/// <param name="api">The name of the API and its host, for the log.</param>
/// <param name="logger">Receives a line per call.</param>
internal sealed partial class RequestSplitter(
    RerankClient client, HttpScorerOptions options, RerankDialect dialect, HttpScoreKind scoreKind, string api, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Scores the documents of a call.</summary>
    /// <param name="query">The query.</param>
    /// <param name="documents">One document or more.</param>
    /// <param name="model">The model, or <see langword="null"/> for the server's own.</param>
    /// <param name="deadline">The deadline of the call.</param>
    /// <param name="cancellationToken">Stops all requests.</param>
    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, string? model, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        int size = options.MaxDocumentsPerRequest ?? dialect.MaxDocuments;
        var rawScores = new double[documents.Count];
        var responses = new RerankResponse[(documents.Count + size - 1) / size];
        if (responses.Length == 1)
        {
            await SendPartAsync(0, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // The first request that fails stops the others: a call returns the scores of all documents or none.
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrency, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Enumerable.Range(0, responses.Length), parallel, (part, token) => new ValueTask(SendPartAsync(part, token)))
                .ConfigureAwait(false);
        }

        RelevanceScoringUsage? usage = Usage(responses);
        LogScored(api, documents.Count, responses.Length, usage?.SearchUnitCount, usage?.InputTokenCount);
        return new RelevanceScores(Array.ConvertAll(rawScores, ToScore)) { ModelId = responses[0].Model ?? model, Usage = usage };

        async Task SendPartAsync(int part, CancellationToken token)
        {
            int start = part * size;
            var request = new RerankRequest(query, documents, start, Math.Min(size, documents.Count - start), model, options.MaxTokensPerDocument);
            responses[part] = await client.SendAsync(request, rawScores.AsMemory(start, request.Count), deadline, token).ConfigureAwait(false);
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

    private RelevanceScore ToScore(double rawScore) => scoreKind switch
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
