using Microsoft.Extensions.DependencyInjection;
using Reranking.Decorators;

namespace Reranking;

/// <summary>Builds a scorer from an inner one and decorators around it.</summary>
/// <remarks>The decorator added first is the outermost: it sees each call first and each result last.</remarks>
public sealed class RelevanceScorerBuilder
{
    private readonly Func<IServiceProvider, IRelevanceScorer> _innerScorerFactory;
    private readonly List<Func<IRelevanceScorer, IServiceProvider, IRelevanceScorer>> _scorerFactories = [];

    /// <summary>Initializes a new instance of the <see cref="RelevanceScorerBuilder"/> class.</summary>
    /// <param name="innerScorer">The scorer to decorate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    public RelevanceScorerBuilder(IRelevanceScorer innerScorer)
    {
        ArgumentNullException.ThrowIfNull(innerScorer);
        _innerScorerFactory = _ => innerScorer;
    }

    /// <summary>Initializes a new instance of the <see cref="RelevanceScorerBuilder"/> class with an inner scorer that is created when needed.</summary>
    /// <param name="innerScorerFactory">Creates the scorer to decorate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorerFactory"/> is <see langword="null"/>.</exception>
    public RelevanceScorerBuilder(Func<IServiceProvider, IRelevanceScorer> innerScorerFactory)
    {
        ArgumentNullException.ThrowIfNull(innerScorerFactory);
        _innerScorerFactory = innerScorerFactory;
    }

    /// <summary>Builds the scorer with all its decorators.</summary>
    /// <param name="services">The services available to factories, or <see langword="null"/> for none.</param>
    /// <returns>The outermost scorer; it owns the others.</returns>
    /// <exception cref="InvalidOperationException">A factory returned <see langword="null"/>.</exception>
    public IRelevanceScorer Build(IServiceProvider? services = null)
    {
        services ??= EmptyServiceProvider.Instance;
        IRelevanceScorer scorer = _innerScorerFactory(services)
            ?? throw new InvalidOperationException($"The factory of the inner {nameof(IRelevanceScorer)} returned null; expected a scorer.");
        for (int i = _scorerFactories.Count - 1; i >= 0; i--)
        {
            scorer = _scorerFactories[i](scorer, services)
                ?? throw new InvalidOperationException(
                    $"The factory of the decorator at index {i} returned null; expected a scorer, or the inner one for no decorator.");
        }

        return scorer;
    }

    /// <summary>Adds a decorator.</summary>
    /// <param name="scorerFactory">Wraps the inner scorer, or returns it unchanged.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scorerFactory"/> is <see langword="null"/>.</exception>
    public RelevanceScorerBuilder Use(Func<IRelevanceScorer, IRelevanceScorer> scorerFactory)
    {
        ArgumentNullException.ThrowIfNull(scorerFactory);
        return Use((innerScorer, _) => scorerFactory(innerScorer));
    }

    /// <summary>Adds a decorator that needs services.</summary>
    /// <param name="scorerFactory">Wraps the inner scorer, or returns it unchanged.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scorerFactory"/> is <see langword="null"/>.</exception>
    public RelevanceScorerBuilder Use(Func<IRelevanceScorer, IServiceProvider, IRelevanceScorer> scorerFactory)
    {
        ArgumentNullException.ThrowIfNull(scorerFactory);
        _scorerFactories.Add(scorerFactory);
        return this;
    }

    /// <summary>Adds a decorator in the form of a function that wraps each call.</summary>
    /// <param name="scoreFunc">Takes the arguments of a call and the inner scorer, and returns the scores.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scoreFunc"/> is <see langword="null"/>.</exception>
    public RelevanceScorerBuilder Use(
        Func<string, IReadOnlyList<string>, RelevanceScoringOptions?, IRelevanceScorer, CancellationToken, Task<RelevanceScores>> scoreFunc)
    {
        ArgumentNullException.ThrowIfNull(scoreFunc);
        return Use((innerScorer, _) => new AnonymousRelevanceScorer(innerScorer, scoreFunc));
    }

    private sealed class EmptyServiceProvider : IKeyedServiceProvider
    {
        public static readonly EmptyServiceProvider Instance = new();

        public object? GetService(Type serviceType) => null;

        public object? GetKeyedService(Type serviceType, object? serviceKey) => null;

        public object GetRequiredKeyedService(Type serviceType, object? serviceKey) =>
            throw new InvalidOperationException($"No service of type {serviceType} is registered: the scorer is built without services.");
    }
}
