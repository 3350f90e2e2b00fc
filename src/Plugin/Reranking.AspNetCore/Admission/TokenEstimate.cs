namespace Reranking.AspNetCore.Admission;

/// <summary>Estimates tokens from characters before anything is tokenized, by what the requests before had.</summary>
internal sealed class TokenEstimate
{
    private const double Usual = 4;
    private const double Least = 0.5;
    private const double Most = 16;
    private const double Weight = 0.05;

    private double _charactersPerToken = Usual;

    /// <summary>Returns how many tokens a text of a length probably has; at least 1.</summary>
    public long Tokens(long characters) => Math.Max(1, (long)(characters / Volatile.Read(ref _charactersPerToken)));

    /// <summary>Learns from a request. Two at a time may forget one of them, which does not matter.</summary>
    public void Learn(long characters, long tokens)
    {
        if (characters > 0 && tokens > 0)
        {
            double seen = Math.Clamp((double)characters / tokens, Least, Most);
            Volatile.Write(ref _charactersPerToken, Volatile.Read(ref _charactersPerToken) + (Weight * (seen - _charactersPerToken)));
        }
    }
}
