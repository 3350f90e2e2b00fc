namespace Reranking.Composition;

/// <summary>The end of scorers that belong together.</summary>
internal static class ScorerDisposal
{
    /// <summary>Disposes every scorer, and throws only then what went wrong.</summary>
    /// <exception cref="AggregateException">One or more failed.</exception>
    public static void DisposeAll(IEnumerable<IRelevanceScorer> scorers)
    {
        List<Exception> failures = [];
        foreach (IRelevanceScorer scorer in scorers)
        {
            try
            {
                scorer.Dispose();
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
