using System.Collections.Concurrent;

namespace Reranking.Decorators.Caching;

/// <summary>The scores that calls under way are about to find, so that no document is scored twice at the same time.</summary>
internal sealed class PendingScores
{
    private readonly ConcurrentDictionary<string, PendingScore> _scores = new(StringComparer.Ordinal);

    /// <summary>Claims a key, unless another call has done so.</summary>
    /// <param name="key">The key of the score.</param>
    /// <param name="isMine">Whether the key is now the caller's, who has to complete or abandon the score and then to release it.</param>
    /// <returns>The score that whoever claimed the key first will give.</returns>
    public PendingScore GetOrClaim(string key, out bool isMine)
    {
        var mine = new PendingScore(key);
        PendingScore score = _scores.GetOrAdd(key, mine);
        isMine = ReferenceEquals(score, mine);
        return score;
    }

    public void Release(PendingScore score) => _scores.TryRemove(KeyValuePair.Create(score.Key, score));
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
