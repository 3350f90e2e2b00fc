namespace Reranking.Onnx.Hub;

/// <summary>The endpoint failed in a way that may pass.</summary>
internal sealed class TransientHubException : RelevanceScoringException
{
    public TransientHubException(string message, Exception? innerException = null)
        : base(message, innerException) => IsTransient = true;

    /// <summary>Gets how long the endpoint asks to wait, or <see langword="null"/> if it does not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets a value indicating whether another try within seconds can succeed.</summary>
    public bool IsWorthRetrying { get; init; } = true;
}
