using System.Buffers;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking.AspNetCore.Admission;
using Reranking.AspNetCore.Protocol;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>Answers a request: who asks, what for, a place in the queue, the scores, the response.</summary>
internal sealed partial class RerankEndpoint
{
    private readonly ScorerDirectory _scorers;
    private readonly RerankingServerOptions _options;
    private readonly ApiKeys _keys;
    private readonly AdmissionQueue _queue;
    private readonly BodyBudget _bodies;
    private readonly TokenEstimate _estimate = new();
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    public RerankEndpoint(
        ScorerDirectory scorers,
        IOptions<RerankingServerOptions> options,
        ILogger<RerankEndpoint> logger,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
    {
        (_scorers, _options, _logger, _timeProvider) = (scorers, options.Value, logger, timeProvider ?? TimeProvider.System);
        _keys = new ApiKeys(_options.ApiKeyHashes);
        _queue = new AdmissionQueue(_options, _timeProvider);
        _bodies = new BodyBudget(_options.MaxBodyBytesTogether);
        if (meterFactory is not null)
        {
            ServerMetrics.Observe(_queue, meterFactory);
        }
    }

    /// <summary>Gets how many tokens wait or are under way.</summary>
    public long QueuedTokens => _queue.QueuedTokens;

    /// <summary>Returns who asks, or answers that the key is missing or wrong.</summary>
    public async Task<string?> AuthorizeAsync(HttpContext context, WireShape? shape)
    {
        string? client = _keys.Identify(context);
        if (client is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            var refusal = new RerankRequestException(
                StatusCodes.Status401Unauthorized, "The API key is missing or wrong. Send it as Authorization: Bearer KEY.");
            await WriteAsync(context, shape, refusal, RequestId.Set(context)).ConfigureAwait(false);
        }

        return client;
    }

    /// <summary>Answers a request to score documents.</summary>
    public async Task InvokeAsync(HttpContext context, bool isCohereV2)
    {
        WireShape? shape = isCohereV2 ? WireShape.CohereV2 : null;
        if (await AuthorizeAsync(context, shape).ConfigureAwait(false) is not { } client)
        {
            return;
        }

        string id = RequestId.Set(context);
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _timeProvider);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            RerankRequest request = await ReadAsync(context.Request, isCohereV2, cancellation.Token).ConfigureAwait(false);
            shape = request.Shape;
            await AnswerAsync(context, request, client, id, cancellation.Token).ConfigureAwait(false);
        }
        catch (RerankRequestException problem)
        {
            await WriteAsync(context, problem.Shape ?? shape, problem, id).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            // The connection's fault, such as a body that ends early; the message is Kestrel's own.
            await WriteAsync(context, shape, new RerankRequestException(exception.StatusCode, exception.Message), id).ConfigureAwait(false);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            LogClientGone(id);   // nobody reads a response
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            LogLate(id, _options.RequestTimeout);
            if (context.Response.HasStarted)
            {
                context.Abort();   // half of a response is none, and whoever reads it does so too slowly
                return;
            }

            var late = new RerankRequestException(StatusCodes.Status503ServiceUnavailable, $"The request took longer than {_options.RequestTimeout}.")
            {
                TeiType = "overloaded",
            };
            await WriteAsync(context, shape, late, id).ConfigureAwait(false);
        }
        catch (RelevanceScoringException exception)
        {
            LogFailed(exception, id);
            await WriteAsync(context, shape, Describe(exception, id), id).ConfigureAwait(false);
        }
    }

    private async Task<RerankRequest> ReadAsync(HttpRequest request, bool isCohereV2, CancellationToken cancellationToken)
    {
        using BodyBudget.Share room = _bodies.Open();
        byte[] body = await RequestBody.ReadAsync(request, _options.MaxBodyBytes, room, cancellationToken).ConfigureAwait(false);
        return RequestReader.Parse(body, isCohereV2, _options);
    }

    private async Task AnswerAsync(HttpContext context, RerankRequest request, string client, string id, CancellationToken cancellationToken)
    {
        IRelevanceScorer scorer = _scorers.Find(request.Model) ?? throw NoSuchModel();
        long start = _timeProvider.GetTimestamp();
        long characters = request.PairLength;
        TimeSpan waited;
        RelevanceScores scores;
        long tokens;

        // The place is free before the response is sent: whoever reads slowly is to hold up nobody.
        using (AdmissionQueue.Place place = _queue.Enter(client, _estimate.Tokens(characters)))
        {
            await place.WaitAsync(cancellationToken).ConfigureAwait(false);
            waited = _timeProvider.GetElapsedTime(start);
            var options = new RelevanceScoringOptions
            {
                Timeout = _options.RequestTimeout - waited is { Ticks: > 0 } left ? left : TimeSpan.FromTicks(1),
                TopN = request.TopN,
            };
            try
            {
                scores = await scorer.ScoreAsync(request.Query, request.Documents, options, cancellationToken).ConfigureAwait(false);
            }
            catch (RelevanceScoringException) when (_scorers.Find(request.Model) is null)
            {
                throw NoSuchModel();   // the settings lost it while the request waited
            }

            place.IsScored = true;
            tokens = scores.Usage?.InputTokenCount ?? place.Tokens;
        }

        TimeSpan elapsed = _timeProvider.GetElapsedTime(start);
        Learn(request, scores);
        if (!request.MayTruncate && scores.Any(static score => score.IsTruncated))
        {
            int index = Enumerable.Range(0, scores.Count).First(i => scores[i].IsTruncated);
            throw RerankRequestException.Invalid(request.Shape, string.Create(
                CultureInfo.InvariantCulture, $"Document {index} is longer than the model reads, and the request does not allow to cut it."));
        }

        int[] ranking = [.. Enumerable.Range(0, scores.Count)
            .Where(i => scores[i].IsScored)
            .OrderByDescending(i => scores[i].Stage)
            .ThenByDescending(i => scores[i].RawValue)
            .Take(request.TopN ?? int.MaxValue)];
        SetHeaders(context.Response.Headers, waited, elapsed, tokens, characters);
        string[] warnings = ResponseWriter.Warnings(request, scores);
        if (warnings.Length > 0 && !ResponseWriter.HasMeta(request.Shape))
        {
            context.Response.Headers["x-warnings"] = string.Join(' ', warnings);   // the bodies of these shapes have no place for them
        }

        var output = new ArrayBufferWriter<byte>();
        string? model = scores.ScorerName ?? request.Model ?? scores.ModelId;
        ResponseWriter.Write(output, request, new RerankResponse(id, model, ranking, scores, tokens));
        await JsonResponse.SendAsync(context, StatusCodes.Status200OK, output.WrittenMemory, cancellationToken).ConfigureAwait(false);
        LogAnswered(id, request.Shape, request.Documents.Length, tokens, elapsed.TotalMilliseconds);
    }

    private RerankRequestException NoSuchModel() => new(
        StatusCodes.Status404NotFound, $"There is no such model; expected {(_scorers.Names.Count == 0 ? "none" : string.Join(", ", _scorers.Names))}.");

    // Of what the model read and read whole: scores of a cache cost nothing now, and of a text that was cut the rest has no tokens.
    private void Learn(RerankRequest request, RelevanceScores scores)
    {
        long characters = 0;
        long tokens = 0;
        for (int i = 0; i < scores.Count; i++)
        {
            if (scores[i] is { TokenCount: { } count, IsTruncated: false })
            {
                characters += request.Query.Length + request.Documents[i].Length;
                tokens += count;
            }
        }

        _estimate.Learn(characters, tokens);
    }

    // As Text Embeddings Inference has them, in milliseconds.
    private static void SetHeaders(IHeaderDictionary headers, TimeSpan waited, TimeSpan elapsed, long tokens, long characters)
    {
        headers["x-total-time"] = Number(elapsed.TotalMilliseconds);
        headers["x-queue-time"] = Number(waited.TotalMilliseconds);
        headers["x-inference-time"] = Number((elapsed - waited).TotalMilliseconds);
        headers["x-compute-tokens"] = Number(tokens);
        headers["x-compute-characters"] = Number(characters);

        static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);
    }

    // What the exception says is for the log: it names settings and files of the server.
    private static RerankRequestException Describe(RelevanceScoringException exception, string id) => exception switch
    {
        { IsRequestFault: true } => new RerankRequestException(
            StatusCodes.Status422UnprocessableEntity, $"The model can't score this query with these documents. The server's log says more at {id}."),
        { IsRateLimited: true } => new RerankRequestException(StatusCodes.Status429TooManyRequests, "A limit of the scorer is reached.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        { IsTransient: true } => new RerankRequestException(
            StatusCodes.Status503ServiceUnavailable, $"The scorer can't answer now. The server's log says more at {id}.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        _ => new RerankRequestException(StatusCodes.Status500InternalServerError, $"The scorer failed. The server's log says more at {id}."),
    };

    private static Task WriteAsync(HttpContext context, WireShape? shape, RerankRequestException problem, string id)
    {
        if (problem.RetryAfter is { } retryAfter)
        {
            context.Response.Headers.RetryAfter = retryAfter.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        }

        var output = new ArrayBufferWriter<byte>();
        ResponseWriter.Write(output, shape, problem, id);
        return JsonResponse.SendAsync(context, problem.Status, output.WrittenMemory, context.RequestAborted);
    }

    [LoggerMessage(
        EventId = 131,
        Level = LogLevel.Information,
        Message = "{Id}: {Shape}, {DocumentCount} documents, {TokenCount} tokens, {Milliseconds:0} ms.")]
    private partial void LogAnswered(string id, WireShape shape, int documentCount, long tokenCount, double milliseconds);

    [LoggerMessage(EventId = 132, Level = LogLevel.Information, Message = "{Id}: the client left before it was answered.")]
    private partial void LogClientGone(string id);

    [LoggerMessage(EventId = 133, Level = LogLevel.Warning, Message = "{Id}: not answered within {Timeout}.")]
    private partial void LogLate(string id, TimeSpan timeout);

    [LoggerMessage(EventId = 134, Level = LogLevel.Error, Message = "{Id}: the scorer failed.")]
    private partial void LogFailed(Exception exception, string id);
}
