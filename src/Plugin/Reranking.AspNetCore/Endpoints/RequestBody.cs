using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Reranking.AspNetCore.Admission;
using Reranking.AspNetCore.Protocol;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>The body of a request, read whole, as long as it is not too long.</summary>
internal static class RequestBody
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="RerankRequestException">It is not JSON by its headers, too long, or more than there is room for now.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, long maxBytes, BodyBudget.Share room, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new RerankRequestException(StatusCodes.Status415UnsupportedMediaType, "The Content-Type is not application/json.");
        }

        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new RerankRequestException(StatusCodes.Status415UnsupportedMediaType, "The body has a Content-Encoding; expected none.");
        }

        if (request.ContentLength > maxBytes)
        {
            throw TooLong(maxBytes);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;   // ours holds, also where it is higher than the server's
        }

        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                throw TooLong(maxBytes);
            }

            if (!room.TryGrow(buffer.Length))
            {
                reader.AdvanceTo(buffer.End);
                throw new RerankRequestException(
                    StatusCodes.Status429TooManyRequests, "The server is reading as much as it has room for. Ask again in 1 s.")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }

            if (result.IsCompleted)
            {
                byte[] body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return body;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static RerankRequestException TooLong(long maxBytes) => new(StatusCodes.Status413PayloadTooLarge, string.Create(
        CultureInfo.InvariantCulture, $"The body is too long; expected at most {maxBytes} bytes. Send the documents in several requests."));
}
