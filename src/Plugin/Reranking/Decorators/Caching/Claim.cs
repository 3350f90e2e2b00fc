namespace Reranking.Decorators.Caching;

/// <summary>A document that a call has to find the score of.</summary>
/// <param name="Index">Its position among the distinct texts of the call.</param>
/// <param name="Score">What the calls share that need it.</param>
/// <param name="IsMine">Whether it is this call that finds it.</param>
internal readonly record struct Claim(int Index, PendingScore Score, bool IsMine)
{
    /// <summary>Makes a claim that no other call knows of.</summary>
    public static Claim Unshared(int index) => new(index, new PendingScore(""), IsMine: false);
}
