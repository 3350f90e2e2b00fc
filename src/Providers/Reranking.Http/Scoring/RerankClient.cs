using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http.Scoring;

/// <summary>Sends one request and reads its response: scores, or the error that the API returned.</summary>
/// <param name="transport">Sends.</param>
/// <param name="reader">Reads the JSON of responses.</param>
/// <param name="errors">Creates the exceptions.</param>
/// <param name="secrets">The key and other secrets, which must not be shown.</param>
/// <param name="logger">Receives the warnings of the API.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed partial class RerankClient(
    RerankTransport transport, RerankResponseReader reader, RerankErrors errors, IReadOnlyList<string> secrets, ILogger logger, TimeProvider timeProvider)
{
    private readonly ILogger _logger = logger;
    private static readonly TimeSpan LongestWaitForErrorBody = TimeSpan.FromSeconds(5);

    private volatile string? _knownModel;   // the last name that was no echo, so that it stays the name whatever a later document says

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rawScores">Takes the scores, by the position of the document in the request.</param>
    /// <param name="deadline">The deadline of the call.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="OversizedRequestException">The request or one of its documents is too large for the API.</exception>
    public async Task<RerankResponse> SendAsync(RerankRequest request, Memory<double> rawScores, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        var redactor = new ResponseRedactor(request, secrets);
        using HttpResponseMessage message = await transport.SendAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        if (!message.IsSuccessStatusCode)
        {
            RerankErrorBody error = await ReadErrorAsync(message.Content, deadline, cancellationToken).ConfigureAwait(false);
            throw Failure(message.StatusCode, error, redactor, RetryRules.RetryAfter(message, timeProvider));
        }

        RerankResponse response = await ReadAsync(message, request, rawScores, redactor, cancellationToken).ConfigureAwait(false);
        foreach (string warning in response.Warnings)
        {
            LogApiWarning(errors.Api, redactor.Message(warning));
        }

        return response with { Model = Model(response.Model, redactor) };
    }

    private string? Model(string? model, ResponseRedactor redactor)
    {
        if (model is not null && model != _knownModel)
        {
            model = redactor.Model(model);
            _knownModel = model ?? _knownModel;
        }

        return model;
    }

    private async Task<RerankResponse> ReadAsync(
        HttpResponseMessage message, RerankRequest request, Memory<double> rawScores, ResponseRedactor redactor, CancellationToken cancellationToken)
    {
        int maxLength = reader.MaxLength(request);
        using ResponseBody body = await ReadBodyAsync(message.Content, maxLength, cancellationToken).ConfigureAwait(false);
        if (body.IsCut)
        {
            throw errors.TooLong(maxLength);
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(LenientJson.Strict(body.Bytes));
            return reader.Read(json.RootElement, rawScores.Span)
                ?? throw Failure(message.StatusCode, RerankErrorBody.Read(json.RootElement), redactor, retryAfter: null);
        }
        catch (JsonException)
        {
            // The exception itself quotes what it could not read.
            throw errors.NotJson(message.Content.Headers.ContentType?.MediaType, body.Bytes.Length);
        }
    }

    private async Task<ResponseBody> ReadBodyAsync(HttpContent content, int maxLength, CancellationToken cancellationToken)
    {
        try
        {
            return await ResponseBody.ReadAsync(content, maxLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw errors.BrokenOff(exception);
        }
    }

    private async Task<RerankErrorBody> ReadErrorAsync(HttpContent content, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        // The status is known and says more than a timeout would, so what explains it is not waited for to the end.
        var wait = new TimeSpan(Math.Clamp(deadline.Remaining.Ticks / 2, 0, LongestWaitForErrorBody.Ticks));
        using var timeout = new CancellationTokenSource(wait, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using ResponseBody body = await ResponseBody.ReadAsync(content, RerankResponseReader.MaxErrorLength, linked.Token).ConfigureAwait(false);
            return RerankErrorBody.Read(body);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new RerankErrorBody(null, null, null);   // the status is all there is to report
        }
    }

    private Exception Failure(HttpStatusCode status, RerankErrorBody body, ResponseRedactor redactor, TimeSpan? retryAfter)
    {
        RelevanceScoringException failure = errors.Error(status, body, redactor, retryAfter);
        return RerankErrors.IsOversized(status, body) ? new OversizedRequestException(failure) : failure;
    }

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "{Api} warns: {Warning}")]
    private partial void LogApiWarning(string api, string warning);
}

/// <summary>An API refused a request because of its size, so that a smaller one may be answered.</summary>
/// <param name="failure">What the call fails with if no smaller one is sent.</param>
internal sealed class OversizedRequestException(RelevanceScoringException failure) : Exception
{
    public RelevanceScoringException Failure => failure;
}
