namespace Reranking;

/// <summary>A scorer could not score, or what it returned can't be used.</summary>
/// <remarks>The message names what was found, what was expected and the setting to change. It never holds the text of a query or a document.</remarks>
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

    /// <summary>Gets the scorers that were asked in turn, if there were several.</summary>
    /// <value>In the order in which they were asked; empty if one scorer failed by itself.</value>
    public IReadOnlyList<ScoringAttempt> FailedAttempts { get; init; } = [];

    /// <summary>Gets a value indicating whether the same call may succeed later, as after an overload or a lost connection.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Gets a value indicating whether the scorer can't work as it is set up: its model is not installed or does not load.</summary>
    /// <value>The default is <see langword="false"/>. A <see cref="Reranker"/> throws it whatever <see cref="RerankingOptions.OnFailure"/> says.</value>
    public bool IsSetupFault { get; init; }

    /// <summary>Gets a value indicating whether the scorer refuses the query or the documents of this call, so that it may well answer another one.</summary>
    /// <value>The default is <see langword="false"/>. It does not count as a failure of the scorer if it is <see langword="true"/>.</value>
    public bool IsRequestFault { get; init; }

    /// <summary>
    /// Gets a value indicating whether the call was not sent because it would have exceeded a limit of requests that the application sets itself.
    /// </summary>
    /// <value>The default is <see langword="false"/>. It does not count as a failure of the scorer if it is <see langword="true"/>.</value>
    public bool IsRateLimited { get; init; }
}
