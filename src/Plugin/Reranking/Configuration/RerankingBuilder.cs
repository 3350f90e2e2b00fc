using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Reranking.Configuration;

namespace Reranking;

/// <summary>Configures what <c>AddReranking</c> registered: scorers, providers that a section can name, decorators, and rules in code.</summary>
/// <remarks>
/// A single scorer needs no name. Several scorers have names, and <see cref="Use"/> or the section selects which of them answer; each is also a keyed service
/// under its name.
/// </remarks>
public sealed class RerankingBuilder
{
    private readonly List<(string Name, Func<IServiceProvider, IRelevanceScorer> Factory)> _scorers = [];
    private readonly List<Action<string, RelevanceScorerBuilder>> _decorators = [];
    private readonly List<Func<object?, bool?>> _keepLocal = [];   // null: the rule does not know the type
    private readonly Action<string> _addKeyedServices;
    private string[] _use = [];
    private RerankingWarmUp _warmUp;

    internal RerankingBuilder(IServiceCollection services, IConfigurationSection? section, Action<string> addKeyedServices)
    {
        (Services, Section, _addKeyedServices) = (services, section, addKeyedServices);
        foreach (string name in section?.GetSection(RerankingPlanReader.Scorers).GetChildren().Select(static scorer => scorer.Key) ?? [])
        {
            addKeyedServices(name);
        }
    }

    /// <summary>Gets the services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the section that describes reranking, such as <c>Reranking</c>.</summary>
    /// <value>The section, or <see langword="null"/> if everything is set in code.</value>
    public IConfigurationSection? Section { get; }

    /// <summary>Adds a provider that the section can name.</summary>
    /// <param name="providerFactory">Creates the provider; called once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="providerFactory"/> is <see langword="null"/>.</exception>
    public RerankingBuilder AddProvider(Func<IServiceProvider, RelevanceScorerProvider> providerFactory)
    {
        ArgumentNullException.ThrowIfNull(providerFactory);
        Services.AddSingleton(providerFactory);
        return this;
    }

    /// <summary>Adds the only scorer.</summary>
    /// <param name="scorer">The scorer. The container disposes it if it was used.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scorer"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is a scorer already; several need names.</exception>
    public RerankingBuilder AddScorer(IRelevanceScorer scorer)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return AddScorer(_ => scorer);
    }

    /// <summary>Adds the only scorer, created when it is first used.</summary>
    /// <param name="scorerFactory">Creates the scorer. The container disposes it.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scorerFactory"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is a scorer already; several need names.</exception>
    public RerankingBuilder AddScorer(Func<IServiceProvider, IRelevanceScorer> scorerFactory) => Add("", scorerFactory);

    /// <summary>Adds a scorer under a name, created when it is first used.</summary>
    /// <param name="name">The name for <see cref="Use"/>, results, logs and keyed services; letter case does not matter.</param>
    /// <param name="scorerFactory">Creates the scorer. The container disposes it.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    /// <exception cref="InvalidOperationException">There is a scorer of that name, or one without a name, already.</exception>
    public RerankingBuilder AddScorer(string name, Func<IServiceProvider, IRelevanceScorer> scorerFactory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(name, scorerFactory);
    }

    /// <summary>Selects which of the named scorers answer.</summary>
    /// <param name="names">One name, or several: each scorer is called if the one before it fails.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="names"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="names"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public RerankingBuilder Use(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Length == 0)
        {
            throw new ArgumentException("Use() was called with 0 names; expected 1 or more.", nameof(names));
        }

        if (_use.Length > 0)
        {
            throw new InvalidOperationException(
                $"Use() was called with {string.Join(", ", _use)} before. Call it once, with all names in the order in which they are asked.");
        }

        _use = [.. names];
        return this;
    }

    /// <summary>Sets when a host loads the scorers in use; <c>WarmUp</c> in the section takes precedence.</summary>
    /// <param name="warmUp">When to load. Without this call it is <see cref="RerankingWarmUp.Background"/>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="warmUp"/> is not a member of the enumeration.</exception>
    public RerankingBuilder WarmUp(RerankingWarmUp warmUp)
    {
        if (!Enum.IsDefined(warmUp))
        {
            throw new ArgumentOutOfRangeException(nameof(warmUp), warmUp, "Expected a member of RerankingWarmUp.");
        }

        _warmUp = warmUp;
        return this;
    }

    /// <summary>Decorates the scorers.</summary>
    /// <param name="decorate">
    /// Takes the name of a scorer and its builder; called for each scorer that is created, including after a configuration change.
    /// </param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="decorate"/> is <see langword="null"/>.</exception>
    public RerankingBuilder Decorate(Action<string, RelevanceScorerBuilder> decorate)
    {
        ArgumentNullException.ThrowIfNull(decorate);
        _decorators.Add(decorate);
        return this;
    }

    /// <summary>Keeps the text of some candidates on this machine: a call with such a candidate is handled entirely by a local scorer.</summary>
    /// <typeparam name="T">The type of the candidates that the rule knows. The text of a candidate that no rule knows stays too.</typeparam>
    /// <param name="isConfidential">Returns whether the text of a candidate must stay on this machine.</param>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// The registered <see cref="IRelevanceScorer"/> receives texts without their records, so it asks no rule: once there is one, all its texts stay local.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="isConfidential"/> is <see langword="null"/>.</exception>
    public RerankingBuilder KeepLocal<T>(Func<T, bool> isConfidential)
    {
        ArgumentNullException.ThrowIfNull(isConfidential);
        _keepLocal.Add(candidate => candidate is T known ? isConfidential(known) : null);
        return this;
    }

    /// <summary>Returns what the code says, for one container.</summary>
    internal CodeConfiguration Configuration(IServiceProvider services) => new()
    {
        HasSection = Section is not null,
        HasKeepLocalRule = _keepLocal.Count > 0,
        Scorers = [.. _scorers.Select(scorer => new CodeScorer(scorer.Name, () => scorer.Factory(services)))],
        Use = _use,
        WarmUp = _warmUp,
        Options = () => services.GetRequiredService<IOptions<RerankingOptions>>().Value,
    };

    internal IRelevanceScorer Build(string scorerName, IRelevanceScorer scorer, IServiceProvider services)
    {
        var builder = new RelevanceScorerBuilder(scorer);
        _decorators.ForEach(decorate => decorate(scorerName, builder));
        return builder.Build(services);
    }

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

    private RerankingBuilder Add(string name, Func<IServiceProvider, IRelevanceScorer> scorerFactory)
    {
        ArgumentNullException.ThrowIfNull(scorerFactory);
        if (_scorers.Exists(scorer => scorer.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && name.Length > 0))
        {
            throw new InvalidOperationException($"A scorer '{name}' is registered already. Give each scorer a name of its own.");
        }

        if (_scorers.Count > 0 && (name.Length == 0 || _scorers[0].Name.Length == 0))
        {
            throw new InvalidOperationException(
                "A second scorer is registered, and one of the two has no name. Name both and say which answers, as in "
                + "AddOnnx(\"local\").AddCohere(\"hosted\", options => …).Use(\"hosted\", \"local\").");
        }

        _scorers.Add((name, scorerFactory));
        if (name.Length > 0)
        {
            _addKeyedServices(name);
        }

        return this;
    }
}
