namespace Reranking.Evaluation.Statistics;

/// <summary>SplitMix64: the same numbers from the same seed in every version of .NET, so that a report can be repeated to the last digit.</summary>
internal struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Returns a number from 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
