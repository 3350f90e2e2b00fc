namespace Reranking;

/// <summary>Options for sampling and comparing with <see cref="ShadowRelevanceScorer"/>.</summary>
public sealed class ShadowRelevanceScorerOptions
{
    /// <summary>Gets or sets the share of calls that the shadow scores too.</summary>
    /// <value>From 0 to 1. The default is 0.1.</value>
    public double SampleRate { get; set; } = 0.1;

    /// <summary>Gets or sets how many of the top documents the overlap compares, typically as many as go into a prompt.</summary>
    /// <value>From 1. The default is 5. For a call with no more documents than that, no overlap is recorded.</value>
    public int OverlapAt { get; set; } = 5;

    /// <summary>Gets or sets how many calls the shadow scores concurrently.</summary>
    /// <value>From 1. The default is 1. A sample beyond that limit is dropped and counted, never queued.</value>
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>Gets or sets the time limit of a shadow call.</summary>
    /// <value>More than zero, and at most a day. The default is 30 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal void ThrowIfInvalid(string parameterName)
    {
        string? fault =
            SampleRate is not (>= 0 and <= 1) ? FormattableString.Invariant($"{nameof(SampleRate)} is {SampleRate}; expected 0 to 1.")
            : OverlapAt < 1 ? $"{nameof(OverlapAt)} is {OverlapAt}; expected 1 or more."
            : MaxConcurrency < 1 ? $"{nameof(MaxConcurrency)} is {MaxConcurrency}; expected 1 or more."
            : Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1) ? $"{nameof(Timeout)} is {Timeout}; expected more than zero and at most 1.00:00:00."
            : null;
        if (fault is not null)
        {
            throw new ArgumentException(fault, parameterName);
        }
    }

    internal ShadowRelevanceScorerOptions Copy() => (ShadowRelevanceScorerOptions)MemberwiseClone();
}
