namespace Reranking.AspNetCore.Admission;

/// <summary>Estimates tokens from characters before anything is tokenized, by what the requests before had. Thread-safe.</summary>
internal sealed class TokenEstimate
{
    private const double Least = 0.5;
    private const double Most = 16;

    // What one more request leaves of those before it: about the last twenty count, each by its size.
    private const double Memory = 0.95;

    private readonly object _lock = new();

    // To begin with, as from a short text of 3 characters per token. English has about 4; an estimate that is too high is safer than an overfull queue.
    private double _characters = 300;
    private double _tokens = 100;

    /// <summary>Returns how many tokens a text of a length probably has; at least 1.</summary>
    public long Tokens(long characters)
    {
        lock (_lock)
        {
            return Math.Max(1, (long)Math.Round(characters * (_tokens / _characters)));
        }
    }

    /// <summary>Learns from a request.</summary>
    public void Learn(long characters, long tokens)
    {
        if (characters > 0 && tokens > 0)
        {
            lock (_lock)
            {
                _characters = (_characters * Memory) + characters;
                _tokens = (_tokens * Memory) + Math.Clamp(tokens, characters / Most, characters / Least);
            }
        }
    }
}
