using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http;

/// <summary>Scores with a rerank API: Cohere's, or one that speaks a dialect of it, hosted or your own.</summary>
/// <remarks>
/// <para>Thread-safe; one instance serves the application. Nothing is sent before the first call, and <see cref="WarmUpAsync"/> sends nothing either.</para>
/// <para>
/// Query and documents leave this machine, unless the endpoint is on it; a call with <see cref="RelevanceScoringOptions.KeepLocal"/> is refused before a byte is sent. Redirects to another
/// host are refused too.
/// </para>
/// <para>
/// Each request costs what the API bills for it, and so does a retry after an answer that got lost on its way. A request that was answered is never sent again, even where its answer can't be used.
/// </para>
/// </remarks>
public sealed partial class HttpRelevanceScorer : IRelevanceScorer, IWarmable
{
    private readonly HttpScorerOptions _options;
    private readonly RerankDialect _dialect;
    private readonly RerankEndpoint _endpoint;
    private readonly HttpScoreKind _scoreKind;
    private readonly HttpScorerMetadata _metadata;
    private readonly RerankErrors _failures;
    private readonly RerankTransport _transport;
    private readonly RerankAnswerReader _reader;
    private readonly HttpClient? _ownClient;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private volatile bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="HttpRelevanceScorer"/> class. Nothing is sent yet.</summary>
    /// <param name="options">Which API is called and how. They are copied.</param>
    /// <param name="httpClient">
    /// The client to send with, or <see langword="null"/> for one of its own. It is neither changed nor disposed. Timeouts, retries and limits of the options apply to it too; its handler should
    /// not follow redirects, which would take the key along.
    /// </param>
    /// <param name="logger">Takes a line a call at Debug and the warnings of the API, or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock of timeouts, pauses and limits, or <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public HttpRelevanceScorer(
        HttpScorerOptions options, HttpClient? httpClient = null, ILogger<HttpRelevanceScorer>? logger = null, TimeProvider? timeProvider = null)
        : this(Validated(options), scorerName: "", httpClient, pipelines: null, logger, timeProvider)
    {
    }

    /// <param name="options">Valid options.</param>
    /// <param name="scorerName">The name that the rate limit goes by.</param>
    /// <param name="httpClient">The client, or <see langword="null"/> for one of its own.</param>
    /// <param name="pipelines">Where the pipeline comes from that a handler of the client runs, or <see langword="null"/> where the scorer runs it.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="timeProvider">The clock.</param>
    internal HttpRelevanceScorer(
        HttpScorerOptions options, string scorerName, HttpClient? httpClient, ScorerPipelines? pipelines, ILogger? logger, TimeProvider? timeProvider)
    {
        _options = options.Copy();
        _logger = logger ?? NullLogger.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _dialect = RerankDialects.Get(_options.Api);
        _endpoint = RerankEndpoint.From(_options, _dialect)!;
        _scoreKind = _options.ScoreKind ?? _dialect.ScoreKind;
        _metadata = new HttpScorerMetadata(_dialect, _endpoint, _options, _scoreKind);
        _failures = new RerankErrors(_dialect.Name, _endpoint.Address, _options.SettingsPath, _options.ApiSetting);
        _reader = new RerankAnswerReader(_dialect, _scoreKind, _failures);
        _ownClient = httpClient is null ? RerankHttpClient.Create() : null;
        _transport = new RerankTransport(
            httpClient ?? _ownClient!,
            (pipelines ?? new ScorerPipelines(_timeProvider, loggerFactory: null)).Create(scorerName, _endpoint, _options),
            runsPipeline: pipelines is not null,
            string.IsNullOrEmpty(_options.ApiKey) ? null : _options.ApiKey,
            _dialect,
            _failures);
    }

    /// <summary>Does nothing but look whether the scorer can be used: the settings were checked when it was made, and a request would be billed.</summary>
    /// <param name="cancellationToken">A canceled token throws.</param>
    /// <returns>A task that has ended.</returns>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public Task WarmUpAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        DocumentList.ThrowIfInvalid(documents);

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (options is { KeepLocal: true } && !_metadata.IsLocal)
        {
            throw _failures.NotLocal();
        }

        if (documents.Count == 0)
        {
            return RelevanceScores.Empty;
        }

        bool isShorter = options?.Timeout < _options.Timeout;
        TimeSpan limit = isShorter ? options!.Timeout!.Value : _options.Timeout;
        if (limit <= TimeSpan.Zero)
        {
            throw _failures.NoTimeLeft(limit);
        }

        using var timeout = new CancellationTokenSource(limit, _timeProvider);
        var deadline = new RequestDeadline(_timeProvider, limit, timeout.Token) { IsBackground = options is { IsBackground: true } };
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await ScoreAsync(query, documents, options?.ModelId ?? _metadata.ModelId, deadline, linked.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The scoring was canceled.", exception, cancellationToken);
        }
        catch (Exception) when (_isDisposed && _ownClient is not null)
        {
            throw new ObjectDisposedException(nameof(HttpRelevanceScorer));   // its connections went with it
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested)
        {
            throw _failures.TookTooLong(limit, isShorter, exception);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(RelevanceScorerMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Closes the connections of the scorer's own client, calls under way included; a client that was given stays as it is, and they end as usual.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _ownClient?.Dispose();
    }

    private static HttpScorerOptions Validated(HttpScorerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] failures = [.. HttpScorerOptionsRules.Failures(options, isUsed: true)];
        return failures.Length == 0 ? options : throw new ArgumentException(string.Join(' ', failures), nameof(options));
    }

    private async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, string? model, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        int size = _options.MaxDocumentsPerRequest ?? _dialect.MaxDocuments;
        var rawScores = new double[documents.Count];
        var answers = new RerankAnswer[(documents.Count + size - 1) / size];
        if (answers.Length == 1)
        {
            await SendPartAsync(0, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // The first part that fails stops the others: scores of some documents are none.
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxConcurrency, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Enumerable.Range(0, answers.Length), parallel, (part, token) => new ValueTask(SendPartAsync(part, token))).ConfigureAwait(false);
        }

        RelevanceScoringUsage? usage = Usage(answers);
        LogScored(_failures.Who, documents.Count, answers.Length, usage?.SearchUnitCount, usage?.InputTokenCount);
        return new RelevanceScores(Array.ConvertAll(rawScores, ToScore)) { ModelId = answers[0].Model ?? model, Usage = usage };

        async Task SendPartAsync(int part, CancellationToken token)
        {
            int start = part * size;
            var request = new RerankRequest(query, documents, start, Math.Min(size, documents.Count - start), model, _options.MaxTokensPerDocument);
            answers[part] = await AskAsync(request, rawScores.AsMemory(start, request.Count), deadline, token).ConfigureAwait(false);
        }
    }

    private async Task<RerankAnswer> AskAsync(RerankRequest request, Memory<double> rawScores, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _transport.SendAsync(_endpoint.Address, request, deadline, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await FailureAsync(response, request, cancellationToken).ConfigureAwait(false);
        }

        int maxLength = MaxAnswerLength(request);
        using ResponseBody body = await ReadAsync(response, maxLength, cancellationToken).ConfigureAwait(false);
        if (body.IsCut)
        {
            throw _failures.TooLong(maxLength);
        }

        RerankAnswer answer;
        try
        {
            using JsonDocument json = JsonDocument.Parse(body.Bytes);
            answer = _reader.Read(json.RootElement, rawScores.Span);
        }
        catch (JsonException)
        {
            // The exception itself quotes what it could not read.
            throw _failures.NotJson(response.Content.Headers.ContentType?.MediaType, body.Bytes.Length);
        }

        foreach (string warning in answer.Warnings)
        {
            LogApiWarning(_failures.Who, Redact(warning, request) ?? "(left out, because it repeats a text)");
        }

        return answer;
    }

    private async Task<ResponseBody> ReadAsync(HttpResponseMessage response, int maxLength, CancellationToken cancellationToken)
    {
        try
        {
            return await ResponseBody.ReadAsync(response.Content, maxLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw _failures.BrokenOff(exception);
        }
    }

    private async Task<RelevanceScoringException> FailureAsync(HttpResponseMessage response, RerankRequest request, CancellationToken cancellationToken)
    {
        string? message = null;
        try
        {
            using ResponseBody body = await ResponseBody.ReadAsync(response.Content, RerankAnswerReader.MaxErrorLength, cancellationToken).ConfigureAwait(false);
            message = _reader.ReadErrorMessage(body);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status is known, and all there is.
        }

        string? shown = message is null ? null : Redact(message, request);
        return _failures.Status(
            response.StatusCode, _endpoint.Public.AbsolutePath, shown, isWithheld: message is not null && shown is null, RetryRules.RetryAfter(response, _timeProvider));
    }

    private string? Redact(string text, RerankRequest request) =>
        MessageRedactor.Redact(text, request.Query, request.Documents.Skip(request.Start).Take(request.Count), _options.ApiKey);

    // Generous, and yet no server fills the memory: a result is about 60 bytes, and an echoed character 6 at most.
    private int MaxAnswerLength(RerankRequest request)
    {
        long length = (1 << 20) + (1024L * request.Count);
        for (int i = 0; _dialect.EchoesTexts && i < request.Count; i++)
        {
            length += 6L * request.Documents[request.Start + i].Length;
        }

        return (int)Math.Min(length, 1 << 30);
    }

    private RelevanceScore ToScore(double rawScore) => _scoreKind switch
    {
        HttpScoreKind.Logit => RelevanceScore.FromLogit(rawScore),
        HttpScoreKind.Cosine => new RelevanceScore((rawScore + 1) / 2, rawScore),
        _ => new RelevanceScore(rawScore, rawScore),
    };

    private static RelevanceScoringUsage? Usage(RerankAnswer[] answers)
    {
        double? tokens = Sum(answers.Select(answer => answer.Tokens));
        double? units = Sum(answers.Select(answer => answer.Units));
        return tokens is null && units is null ? null : new RelevanceScoringUsage { InputTokenCount = (long?)tokens, SearchUnitCount = units };
    }

    private static double? Sum(IEnumerable<double?> numbers) => numbers.Aggregate((double?)null, (sum, number) => number is null ? sum : (sum ?? 0) + number);

    [LoggerMessage(EventId = 60, Level = LogLevel.Debug, Message = "{Api} scored {DocumentCount} documents in {RequestCount} requests: {SearchUnits} search units, {Tokens} tokens.")]
    private partial void LogScored(string api, int documentCount, int requestCount, double? searchUnits, long? tokens);

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "{Api} warns: {Warning}")]
    private partial void LogApiWarning(string api, string warning);
}
