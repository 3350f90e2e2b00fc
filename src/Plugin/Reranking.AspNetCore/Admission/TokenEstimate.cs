namespace Reranking.AspNetCore.Admission;

/// <summary>Estimates tokens from characters before anything is tokenized, by what the requests before had.</summary>
internal sealed class TokenEstimate
{
    private const double Initial = 3;   // English has about 4: rather too many tokens than more in the queue than it may hold
    private const double Least = 0.5;
    private const double Most = 16;
    private const double Weight = 0.05;

    private double _charactersPerToken = Initial;
    private int _learned;

    /// <summary>Returns how many tokens a text of a length probably has; at least 1.</summary>
    public long Tokens(long characters) => Math.Max(1, (long)(characters / Volatile.Read(ref _charactersPerToken)));

    /// <summary>Learns from a request: from the first one all, later a twentieth. Two at a time may forget one of them, which does not matter.</summary>
    public void Learn(long characters, long tokens)
    {
        if (characters > 0 && tokens > 0)
        {
            double seen = Math.Clamp((double)characters / tokens, Least, Most);
            int learned = Volatile.Read(ref _learned);
            double weight = Math.Max(Weight, 1.0 / (learned + 1));
            double before = Volatile.Read(ref _charactersPerToken);
            Volatile.Write(ref _charactersPerToken, before + (weight * (seen - before)));
            Volatile.Write(ref _learned, Math.Min(learned + 1, (int)(1 / Weight)));
        }
    }
}
