namespace Reranking;

/// <summary>How <see cref="ShadowRelevanceScorer"/> samples and compares.</summary>
public sealed class ShadowRelevanceScorerOptions
{
    /// <summary>Gets or sets which share of the calls the shadow scores too.</summary>
    /// <value>From 0 to 1. The default is 0.1.</value>
    public double SampleRate { get; set; } = 0.1;

    /// <summary>Gets or sets how many of the best documents the overlap compares: what a prompt takes.</summary>
    /// <value>From 1. The default is 5. A call of no more documents than that has no overlap.</value>
    public int OverlapAt { get; set; } = 5;

    /// <summary>Gets or sets how many calls the shadow scores at once.</summary>
    /// <value>From 1. The default is 1. A sample that comes while so many are under way is dropped and counted; none is ever queued.</value>
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>Gets or sets how long the shadow may take.</summary>
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
