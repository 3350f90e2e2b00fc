namespace Reranking;

/// <summary>Takes a ranking and gives a shorter one: it never scores and never reorders.</summary>
public interface IRankingFilter
{
    /// <summary>Leaves candidates out.</summary>
    /// <typeparam name="T">The type of the candidates.</typeparam>
    /// <param name="ranked">The ranking, most relevant first.</param>
    /// <returns>Those that stay, in the same order.</returns>
    IReadOnlyList<RankedCandidate<T>> Apply<T>(IReadOnlyList<RankedCandidate<T>> ranked);
}
