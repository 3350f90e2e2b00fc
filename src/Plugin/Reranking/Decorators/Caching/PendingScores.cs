namespace Reranking.Decorators.Caching;

/// <summary>The scores that calls under way are about to find, so that no document is scored twice at the same time.</summary>
internal sealed class PendingScores
{
    private readonly Dictionary<string, PendingScore> _scores = new(StringComparer.Ordinal);

    /// <summary>
    /// Claims documents, except those that another call has claimed: all at once, so that calls for the same documents do not share them out and each ask the
    /// scorer for a few.
    /// </summary>
    /// <param name="indices">The positions of the documents among the distinct texts of the call.</param>
    /// <param name="keys">The keys of all texts of the call.</param>
    /// <returns>The claims, in the order of the positions. The caller has to complete or abandon the scores that are its own, and then release them.</returns>
    public List<Claim> Claim(int[] indices, string[] keys)
    {
        lock (_scores)
        {
            return [.. indices.Select(index => GetOrClaim(index, keys[index]))];
        }
    }

    public void Release(PendingScore score)
    {
        lock (_scores)
        {
            _scores.Remove(score.Key);
        }
    }

    private Claim GetOrClaim(int index, string key)
    {
        if (_scores.TryGetValue(key, out PendingScore? score))
        {
            return new Claim(index, score, IsMine: false);
        }

        score = new PendingScore(key);
        _scores.Add(key, score);
        return new Claim(index, score, IsMine: true);
    }
}

/// <summary>A document that a call has to find the score of.</summary>
/// <param name="Index">Its position among the distinct texts of the call.</param>
/// <param name="Score">What the calls share that need it.</param>
/// <param name="IsMine">Whether it is this call that finds it.</param>
internal readonly record struct Claim(int Index, PendingScore Score, bool IsMine)
{
    /// <summary>Creates a claim that no other call knows of.</summary>
    public static Claim Unshared(int index) => new(index, new PendingScore(""), IsMine: false);
}
