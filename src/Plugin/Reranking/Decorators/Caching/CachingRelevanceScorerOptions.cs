namespace Reranking;

/// <summary>How <see cref="CachingRelevanceScorer"/> keeps scores.</summary>
public sealed class CachingRelevanceScorerOptions
{
    private const int MaxKeyPrefixLength = 256;

    /// <summary>Gets or sets how long a score is kept.</summary>
    /// <value>More than zero. The default is one hour.</value>
    /// <remarks>
    /// Scores of a model whose revision is known never become wrong; the age bounds the size, and the damage where a hosted model changes under its name.
    /// </remarks>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long a score stays in the memory of this process.</summary>
    /// <value>More than zero; no longer than <see cref="Expiration"/> has an effect. The default is five minutes.</value>
    public TimeSpan LocalExpiration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a call waits for the cache, once when it reads and once when it writes.</summary>
    /// <value>More than zero, and at most a day. The default is 250 milliseconds.</value>
    /// <remarks>A cache that is slower is no gain, and one that hangs must not take the time that the scorer needs.</remarks>
    public TimeSpan CacheTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets what the keys of the cache begin with.</summary>
    /// <value>At most 256 characters, none of them a control character. The default is <c>rr1:</c>.</value>
    /// <remarks>Another prefix parts applications that share a cache, for instance tenants that shall not see what the others asked.</remarks>
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
