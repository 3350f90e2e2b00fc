namespace Reranking;

/// <summary>Limits as Kernel Memory has them: zero or less leaves it to who is asked.</summary>
internal static class ListLimit
{
    /// <summary>Gives the limit to search with, so that there are candidates to choose from.</summary>
    public static int Fetch(int limit, int candidateCount) => limit > 0 ? Math.Max(limit, candidateCount) : limit;

    /// <summary>Gives how many results stay.</summary>
    public static int TopN(int limit) => limit > 0 ? limit : int.MaxValue;
}
