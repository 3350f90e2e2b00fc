using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.Protocol;

/// <summary>Why a request is not answered with scores. The message is for the client: it holds none of the texts and nothing of the server's set-up.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What was found and what was expected.</param>
internal sealed class RerankRequestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Gets the shape that the request was recognized by, or <see langword="null"/> for that of its path.</summary>
    public WireShape? Shape { get; init; }

    /// <summary>Gets when it is worth while to ask again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the kind of error in the words of Text Embeddings Inference.</summary>
    public string TeiType { get; init; } = status switch
    {
        StatusCodes.Status429TooManyRequests => "overloaded",
        StatusCodes.Status503ServiceUnavailable => "unhealthy",
        >= 500 => "backend",
        _ => "validation",
    };

    /// <summary>Returns the problem of a request that is understood, and asks for what can't be.</summary>
    public static RerankRequestException Invalid(WireShape shape, string message) => new(
        shape == WireShape.Tei ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status400BadRequest, message)
    {
        Shape = shape,
    };

    /// <summary>Returns the problem of a request without documents, for which Text Embeddings Inference has a kind of its own.</summary>
    public static RerankRequestException Empty(WireShape shape, string message) => new(StatusCodes.Status400BadRequest, message)
    {
        Shape = shape,
        TeiType = "empty",
    };

    /// <summary>Returns the problem of a body that is not JSON, or not what any shape has.</summary>
    public static RerankRequestException Malformed(string message) => new(StatusCodes.Status400BadRequest, message);
}
