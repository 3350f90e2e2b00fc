namespace Reranking;

/// <summary>A type of results that is known how to rerank.</summary>
internal abstract class ResultShape
{
    /// <summary>Reranks a result of this shape, or gives null where it is of another.</summary>
    public abstract Task<object>? TryRerank(object result, ResultRanking ranking);
}
