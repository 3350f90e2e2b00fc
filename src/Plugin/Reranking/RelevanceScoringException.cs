namespace Reranking;

/// <summary>The exception that is thrown when a scorer fails, or returns scores that can't be used.</summary>
/// <remarks>The message names what was found, what was expected and the setting to change. It never contains the text of a query or a document.</remarks>
public class RelevanceScoringException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="RelevanceScoringException"/> class.</summary>
    public RelevanceScoringException()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="RelevanceScoringException"/> class with a message.</summary>
    /// <param name="message">What was found, what was expected and the setting to change.</param>
    public RelevanceScoringException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance of the <see cref="RelevanceScoringException"/> class with a message and a cause.</summary>
    /// <param name="message">What was found, what was expected and the setting to change.</param>
    /// <param name="innerException">The cause.</param>
    public RelevanceScoringException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets the scorers that were called in turn, if there were several.</summary>
    /// <value>In the order in which they were called; empty if a single scorer failed.</value>
    public IReadOnlyList<ScoringAttempt> FailedAttempts { get; init; } = [];

    /// <summary>Gets a value indicating whether the same call may succeed later, for example after an overload or a lost connection.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Gets a value indicating whether the scorer can't work with its current setup: its model is not installed or does not load.</summary>
    /// <value>
    /// The default is <see langword="false"/>. A <see cref="Reranker"/> throws such an exception regardless of <see cref="RerankingOptions.OnFailure"/>.
    /// </value>
    public bool IsSetupFault { get; init; }

    /// <summary>Gets a value indicating whether the scorer rejected the query or the documents of this call, so that it may well answer another one.</summary>
    /// <value>The default is <see langword="false"/>. If it is <see langword="true"/>, the exception does not count as a failure of the scorer.</value>
    public bool IsRequestFault { get; init; }

    /// <summary>Gets a value indicating whether the call was not sent because it would have exceeded the application's own rate limit.</summary>
    /// <value>The default is <see langword="false"/>. If it is <see langword="true"/>, the exception does not count as a failure of the scorer.</value>
    public bool IsRateLimited { get; init; }
}
