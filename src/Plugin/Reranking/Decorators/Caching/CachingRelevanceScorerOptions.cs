namespace Reranking;

/// <summary>Options for <see cref="CachingRelevanceScorer"/>.</summary>
public sealed class CachingRelevanceScorerOptions
{
    private const int MaxKeyPrefixLength = 256;

    /// <summary>Gets or sets how long a score is kept.</summary>
    /// <value>More than zero. The default is one hour.</value>
    /// <remarks>
    /// Scores of a model whose revision is known never become wrong. The expiration limits the size of the cache, and the damage if a hosted model changes
    /// under the same name.
    /// </remarks>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long a score stays in the memory of this process.</summary>
    /// <value>More than zero; values above <see cref="Expiration"/> have no effect. The default is five minutes.</value>
    public TimeSpan LocalExpiration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a call waits for the cache, once for reading and once for writing.</summary>
    /// <value>More than zero, and at most a day. The default is 250 milliseconds.</value>
    /// <remarks>A slower cache is of no benefit, and one that hangs must not use up the time that the scorer needs.</remarks>
    public TimeSpan CacheTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets the prefix of cache keys.</summary>
    /// <value>At most 256 characters, none of them a control character. The default is <c>rr1:</c>.</value>
    /// <remarks>Different prefixes separate applications that share a cache, or tenants that must not learn what others asked.</remarks>
    public string KeyPrefix { get; set; } = "rr1:";

    internal void ThrowIfInvalid(string parameterName)
    {
        string? fault =
            Expiration <= TimeSpan.Zero ? $"{nameof(Expiration)} is {Expiration}; expected more than zero."
            : LocalExpiration <= TimeSpan.Zero ? $"{nameof(LocalExpiration)} is {LocalExpiration}; expected more than zero."
            : CacheTimeout <= TimeSpan.Zero || CacheTimeout > TimeSpan.FromDays(1)
                ? $"{nameof(CacheTimeout)} is {CacheTimeout}; expected more than zero and at most 1.00:00:00."
                : KeyPrefix is null ? $"{nameof(KeyPrefix)} is null; expected a text, which may be empty."
                : KeyPrefix.Length > MaxKeyPrefixLength ? $"{nameof(KeyPrefix)} has {KeyPrefix.Length} characters; expected at most {MaxKeyPrefixLength}."
                : KeyPrefix.Any(char.IsControl) ? $"{nameof(KeyPrefix)} holds a control character; expected none."
                : null;
        if (fault is not null)
        {
            throw new ArgumentException(fault, parameterName);
        }
    }
}
