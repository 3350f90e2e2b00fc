using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http.Scoring;

/// <summary>Sends one request and reads its response: scores, or the error that the API returned.</summary>
/// <param name="transport">Sends.</param>
/// <param name="reader">Reads the JSON of responses.</param>
/// <param name="errors">Creates the exceptions.</param>
/// <param name="key">The key, which must not be shown, or <see langword="null"/>.</param>
/// <param name="logger">Receives the warnings of the API.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed partial class RerankClient(
    RerankTransport transport, RerankResponseReader reader, RerankErrors errors, string? key, ILogger logger, TimeProvider timeProvider)
{
    private readonly ILogger _logger = logger;

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rawScores">Takes the scores, by the position of the document in the request.</param>
    /// <param name="deadline">The deadline of the call.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<RerankResponse> SendAsync(RerankRequest request, Memory<double> rawScores, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        using HttpResponseMessage message = await transport.SendAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        if (!message.IsSuccessStatusCode)
        {
            throw await ReadErrorAsync(message, request, cancellationToken).ConfigureAwait(false);
        }

        RerankResponse response = await ReadAsync(message.Content, request, rawScores, cancellationToken).ConfigureAwait(false);
        foreach (string warning in response.Warnings)
        {
            LogApiWarning(errors.Api, Redact(warning, request) ?? "(left out, because it repeats a text)");
        }

        return response;
    }

    private async Task<RerankResponse> ReadAsync(HttpContent content, RerankRequest request, Memory<double> rawScores, CancellationToken cancellationToken)
    {
        int maxLength = reader.MaxLength(request);
        using ResponseBody body = await ReadBodyAsync(content, maxLength, cancellationToken).ConfigureAwait(false);
        if (body.IsCut)
        {
            throw errors.TooLong(maxLength);
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(body.Bytes);
            return reader.Read(json.RootElement, rawScores.Span);
        }
        catch (JsonException)
        {
            // The exception itself quotes what it could not read.
            throw errors.NotJson(content.Headers.ContentType?.MediaType, body.Bytes.Length);
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

    private async Task<RelevanceScoringException> ReadErrorAsync(HttpResponseMessage response, RerankRequest request, CancellationToken cancellationToken)
    {
        string? message = null;
        try
        {
            using ResponseBody body = await ResponseBody.ReadAsync(response.Content, RerankResponseReader.MaxErrorLength, cancellationToken)
                .ConfigureAwait(false);
            message = reader.ReadErrorMessage(body);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status is all there is to report.
        }

        string? shown = message is null ? null : Redact(message, request);
        return errors.ErrorStatus(
            response.StatusCode, shown, isWithheld: message is not null && shown is null, RetryRules.RetryAfter(response, timeProvider));
    }

    private string? Redact(string text, RerankRequest request) => MessageRedactor.Redact(text, request.Query, request.Documents, key);

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "{Api} warns: {Warning}")]
    private partial void LogApiWarning(string api, string warning);
}
