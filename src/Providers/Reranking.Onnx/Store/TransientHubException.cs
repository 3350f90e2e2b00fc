namespace Reranking.Onnx;

/// <summary>The endpoint failed in a way that may pass.</summary>
internal sealed class TransientHubException : RelevanceScoringException
{
    public TransientHubException(string message, Exception? innerException = null)
        : base(message, innerException) => IsTransient = true;

    /// <summary>Gets how long the endpoint asks to be left alone, or <see langword="null"/> where it does not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets a value indicating whether a repetition within seconds is worth it.</summary>
    public bool IsWorthARetry { get; init; } = true;
}
