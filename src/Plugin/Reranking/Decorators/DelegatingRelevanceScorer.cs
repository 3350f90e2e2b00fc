namespace Reranking;

/// <summary>A scorer that passes every call to another one; the base class of decorators, which override what they change.</summary>
/// <remarks>It owns the inner scorer and disposes it.</remarks>
public class DelegatingRelevanceScorer : IRelevanceScorer
{
    /// <summary>Initializes a new instance of the <see cref="DelegatingRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer to pass calls to.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    protected DelegatingRelevanceScorer(IRelevanceScorer innerScorer)
    {
        ArgumentNullException.ThrowIfNull(innerScorer);
        InnerScorer = innerScorer;
    }

    /// <summary>Gets the scorer that calls are passed to.</summary>
    protected IRelevanceScorer InnerScorer { get; }

    /// <inheritdoc/>
    public virtual Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default) =>
        InnerScorer.ScoreAsync(query, documents, options, cancellationToken);

    /// <inheritdoc/>
    public virtual object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : InnerScorer.GetService(serviceType, serviceKey);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the inner scorer.</summary>
    /// <param name="disposing"><see langword="true"/> when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            InnerScorer.Dispose();
        }
    }
}
