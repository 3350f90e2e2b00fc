using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Http.Configuration;
using Reranking.Http.Protocol;
using Reranking.Http.Scoring;
using Reranking.Http.Transport;

namespace Reranking.Http;

/// <summary>Scores with a rerank API: Cohere's or one of the others of <see cref="RerankApi"/>, hosted or your own.</summary>
/// <remarks>
/// <para>Thread-safe; one instance serves the application. Nothing is sent before the first call, and <see cref="WarmUpAsync"/> sends nothing either.</para>
/// <para>
/// Query and documents leave this machine, unless the endpoint is on it; a call with <see cref="RelevanceScoringOptions.KeepLocal"/> is refused before a byte
/// is sent. Redirects to another host are refused too.
/// </para>
/// <para>
/// Of <see cref="RelevanceScoringOptions.AdditionalProperties"/>, <c>instruction</c>, <c>truncate</c>, <c>max_tokens_per_doc</c> and <c>priority</c> take
/// precedence over the options, and a call is refused if the API has no such field. Any other property becomes a field of the request under its name, except
/// for those that the scorer sets itself, which are refused.
/// </para>
/// <para>
/// Each request costs what the API bills for it, and so does a retry after a response that got lost on its way. A request that was answered is never sent
/// again, even if its response can't be used.
/// </para>
/// </remarks>
public sealed class HttpRelevanceScorer : IRelevanceScorer, IWarmable, IModelRevision
{
    private readonly HttpScorerOptions _options;
    private readonly RelevanceScorerMetadata _metadata;
    private readonly string _revision;
    private readonly bool _takesModel;
    private readonly RerankErrors _errors;
    private readonly RequestSplitter _splitter;
    private readonly HttpClient? _ownClient;
    private readonly TimeProvider _timeProvider;
    private volatile bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="HttpRelevanceScorer"/> class. Nothing is sent yet.</summary>
    /// <param name="options">Which API is called and how. They are copied.</param>
    /// <param name="httpClient">
    /// The client to send with, or <see langword="null"/> for one of its own. It is neither changed nor disposed. Timeouts, retries and limits of the options
    /// apply to it too; its handler should not follow redirects, which would take the key along.
    /// </param>
    /// <param name="logger">Receives a line per call at Debug and the warnings of the API, or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock of timeouts, pauses and limits, or <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public HttpRelevanceScorer(
        HttpScorerOptions options, HttpClient? httpClient = null, ILogger<HttpRelevanceScorer>? logger = null, TimeProvider? timeProvider = null)
        : this(Validated(options), scorerName: "", httpClient, pipelines: null, logger, timeProvider)
    {
    }

    /// <param name="options">Valid options.</param>
    /// <param name="scorerName">The name whose scorers share a rate limit.</param>
    /// <param name="httpClient">The client, or <see langword="null"/> for one of its own.</param>
    /// <param name="pipelines">Creates the pipeline that a handler of the client runs, or <see langword="null"/> if the scorer runs it.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="timeProvider">The clock.</param>
    internal HttpRelevanceScorer(
        HttpScorerOptions options, string scorerName, HttpClient? httpClient, ScorerPipelines? pipelines, ILogger? logger, TimeProvider? timeProvider)
    {
        _options = options.Copy();
        _timeProvider = timeProvider ?? TimeProvider.System;
        logger ??= NullLogger.Instance;
        RerankDialect dialect = RerankDialects.Get(_options.Api);
        _takesModel = dialect.ModelField is not null;
        RerankEndpoint endpoint = RerankEndpoint.From(_options, dialect)!;
        HttpScoreKind scoreKind = _options.ScoreKind ?? dialect.ScoreKind;
        _metadata = new RelevanceScorerMetadata
        {
            ProviderName = dialect.Name,
            Endpoint = endpoint.Public,
            ModelId = string.IsNullOrEmpty(_options.Model) ? null : _options.Model,
            IsLocal = _options.DataStaysLocal ?? endpoint.IsLoopback,
            Timeout = ScorerPipelines.AttemptTimeout(_options),
        };

        // With the address: a server without model names, and a deployment with one of its own, say nothing about which model it is.
        string fields = RequestFields.Identity(_options);
        _revision = FormattableString.Invariant($"{dialect.Name}/{scoreKind}/{_options.MaxTokensPerDocument}/{endpoint.Identity}")
            + (fields.Length == 0 ? "" : $"/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(fields)))}");
        _errors = new RerankErrors(dialect.Name, endpoint, _options.SettingsPath, _options.ApiSetting);
        _ownClient = httpClient is null ? RerankHttpClient.Create() : null;
        string? key = string.IsNullOrEmpty(_options.ApiKey) ? null : _options.ApiKey;
        string[] secrets = [.. endpoint.Secrets.Prepend(key).OfType<string>()];
        var transport = new RerankTransport(
            httpClient ?? _ownClient!,
            (pipelines ?? new ScorerPipelines(_timeProvider, loggerFactory: null)).Create(scorerName, _options),
            runsPipeline: pipelines is not null,
            endpoint.Address,
            key,
            dialect,
            _errors,
            secrets);
        var client = new RerankClient(transport, new RerankResponseReader(dialect, scoreKind, _errors), _errors, secrets, logger, _timeProvider);
        _splitter = new RequestSplitter(client, _options, dialect, scoreKind, _errors, logger);
    }

    /// <inheritdoc/>
    public bool IsReady => true;

    /// <summary>Only checks that the scorer was not disposed: the settings were checked when it was created, and a request would be billed.</summary>
    /// <param name="cancellationToken">A canceled token throws.</param>
    /// <returns>A completed task.</returns>
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
            throw _errors.NotLocal();
        }

        if (options?.ModelId is { } wanted && wanted != _metadata.ModelId && !_takesModel)
        {
            throw _errors.ModelRefused(wanted);
        }

        if (documents.Count == 0)
        {
            return RelevanceScores.Empty;
        }

        bool isShorter = options?.Timeout < _options.Timeout;
        TimeSpan limit = isShorter ? options!.Timeout!.Value : _options.Timeout;
        if (limit <= TimeSpan.Zero)
        {
            throw _errors.NoTimeLeft(limit);
        }

        using var timeout = new CancellationTokenSource(limit, _timeProvider);
        var deadline = new RequestDeadline(_timeProvider, limit) { IsBackground = options is { IsBackground: true } };
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await _splitter
                .ScoreAsync(query, documents, options?.ModelId ?? _metadata.ModelId, options?.AdditionalProperties, deadline, linked.Token)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The scoring was canceled.", ExceptionRedactor.Redact(exception), cancellationToken);
        }
        catch (Exception) when (_isDisposed && _ownClient is not null)
        {
            throw new ObjectDisposedException(nameof(HttpRelevanceScorer));   // its connections went with it
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested)
        {
            throw _errors.TimedOut(limit, isShorter, exception);
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default) => new(_revision);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(RelevanceScorerMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Closes the connections of the scorer's own client, calls under way included. With a client that was passed in, calls end as usual.</summary>
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
}
