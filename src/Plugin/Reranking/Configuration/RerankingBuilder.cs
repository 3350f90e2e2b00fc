using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking;

/// <summary>Adds to what <c>AddReranking</c> registered: kinds of scorers that the configuration may name, decorators around them, and rules in code.</summary>
public sealed class RerankingBuilder
{
    private readonly List<Action<string, RelevanceScorerBuilder>> _decorators = [];
    private readonly List<Func<object?, bool?>> _keepLocal = [];   // null: not the business of this rule

    internal RerankingBuilder(IServiceCollection services, IConfigurationSection section) => (Services, Section) = (services, section);

    /// <summary>Gets the services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the section that describes reranking, as <c>Reranking</c>.</summary>
    public IConfigurationSection Section { get; }

    /// <summary>Adds a kind of scorer that the configuration may name.</summary>
    /// <param name="providerFactory">Makes the provider, once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="providerFactory"/> is <see langword="null"/>.</exception>
    public RerankingBuilder AddProvider(Func<IServiceProvider, RelevanceScorerProvider> providerFactory)
    {
        ArgumentNullException.ThrowIfNull(providerFactory);
        Services.AddSingleton(providerFactory);
        return this;
    }

    /// <summary>Decorates the scorers that the configuration names.</summary>
    /// <param name="decorate">Takes the name of a scorer and its builder; it is called for each scorer that is made, also after a change of the configuration.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="decorate"/> is <see langword="null"/>.</exception>
    public RerankingBuilder Decorate(Action<string, RelevanceScorerBuilder> decorate)
    {
        ArgumentNullException.ThrowIfNull(decorate);
        _decorators.Add(decorate);
        return this;
    }

    /// <summary>Keeps the scores of each named scorer in the application's <c>HybridCache</c>, as <c>UseCaching</c> of a scorer does; cached scores survive a change of the configuration that leaves the scorer as it is.</summary>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>This builder.</returns>
    public RerankingBuilder UseCaching(Action<CachingRelevanceScorerOptions>? configure = null) => Decorate((_, scorer) => scorer.UseCaching(configure));

    /// <summary>Keeps the texts of some candidates on this machine: a call with one of them is answered by a local scorer as a whole.</summary>
    /// <typeparam name="T">The type of the candidates that the rule knows. The text of a candidate that no rule knows stays too.</typeparam>
    /// <param name="isConfidential">Tells whether the text of a candidate may not leave.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="isConfidential"/> is <see langword="null"/>.</exception>
    public RerankingBuilder KeepLocal<T>(Func<T, bool> isConfidential)
    {
        ArgumentNullException.ThrowIfNull(isConfidential);
        _keepLocal.Add(candidate => candidate is T known ? isConfidential(known) : null);
        return this;
    }

    internal IRelevanceScorer Build(string scorerName, IRelevanceScorer scorer, IServiceProvider services)
    {
        var builder = new RelevanceScorerBuilder(scorer);
        _decorators.ForEach(decorate => decorate(scorerName, builder));
        return builder.Build(services);
    }

    internal bool HasKeepLocalRule => _keepLocal.Count > 0;

    /// <summary>Joins the rules in code with that of the configuration.</summary>
    internal Func<object?, bool>? KeepLocalRule(KeepLocalField? field)
    {
        if (field is null && _keepLocal.Count == 0)
        {
            return null;
        }

        return candidate =>
        {
            bool isKnown = field is not null;
            bool mustStay = field?.Holds(candidate) == true;
            foreach (Func<object?, bool?> rule in _keepLocal)
            {
                bool? answer = rule(candidate);
                isKnown |= answer is not null;
                mustStay |= answer == true;
            }

            return mustStay || !isKnown;
        };
    }
}
