namespace Reranking;

/// <summary>The part of a ranking that is asked for.</summary>
/// <param name="Skip">How many of its first results are left out.</param>
/// <param name="Top">How many follow at most.</param>
internal readonly record struct ResultPage(int Skip, int Top)
{
    /// <summary>Gets how long the ranking must be for the page to be cut out of it.</summary>
    public int End => (int)Math.Min((long)Skip + Top, int.MaxValue);
}
