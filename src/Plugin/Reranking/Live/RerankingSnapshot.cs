using Reranking.Configuration;

namespace Reranking.Live;

/// <summary>All that one state of the configuration stands for: options, scorers, and how these answer together.</summary>
/// <remarks>
/// Each request has a reference while it runs. When the snapshot is no longer the current one and the last request has ended, it releases its scorers.
/// </remarks>
internal sealed class RerankingSnapshot
{
    private readonly object _lock = new();
    private readonly Dictionary<string, ScorerEntry> _entries;
    private readonly Dictionary<string, IRelevanceScorer> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _askedFor;
    private readonly Func<ScorerPlan, ScorerEntry> _create;
    private readonly Func<ScorerPlan, ScorerEntry, IRelevanceScorer> _name;
    private readonly RefCount _references;

    /// <summary>Initializes a new instance of the <see cref="RerankingSnapshot"/> class.</summary>
    /// <param name="plan">What the configuration asks for.</param>
    /// <param name="options">The options of the reranker.</param>
    /// <param name="keepLocal">Returns whether the text of a record must stay on this machine; or <see langword="null"/>.</param>
    /// <param name="root">The scorer that answers; owned.</param>
    /// <param name="entries">The scorers created so far, by name; each with a reference for this snapshot.</param>
    /// <param name="askedFor">The names that scorers were asked for by so far.</param>
    /// <param name="create">Creates the scorers that are asked for by name alone.</param>
    /// <param name="name">Puts the name on a scorer.</param>
    public RerankingSnapshot(
        RerankingPlan plan,
        RerankingOptions options,
        Func<object?, bool>? keepLocal,
        IRelevanceScorer root,
        Dictionary<string, ScorerEntry> entries,
        IEnumerable<string> askedFor,
        Func<ScorerPlan, ScorerEntry> create,
        Func<ScorerPlan, ScorerEntry, IRelevanceScorer> name)
    {
        (Plan, Options, KeepLocal, Root, _entries, _create, _name) = (plan, options, keepLocal, root, entries, create, name);
        _askedFor = new HashSet<string>(askedFor, StringComparer.OrdinalIgnoreCase);
        _references = new RefCount(Close);
    }

    public RerankingPlan Plan { get; }

    public RerankingOptions Options { get; }

    public Func<object?, bool>? KeepLocal { get; }

    public IRelevanceScorer Root { get; }

    public bool TryAcquire() => _references.TryAcquire();

    public void Release() => _references.Release();

    /// <summary>Loads what the scorers in use would load on their first call.</summary>
    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.WhenAll(_entries.Values.Select(entry => entry.WarmUpAsync(cancellationToken)));
        }
    }

    /// <summary>Gets a value indicating whether no scorer in use has anything left to load.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock)
            {
                return _entries.Values.All(static entry => entry.Scorer.GetService<IWarmable>() is not { IsReady: false });
            }
        }
    }

    /// <summary>Returns the entry of a scorer with the same settings, with a reference for the caller, or <see langword="null"/>.</summary>
    public ScorerEntry? TryShare(ScorerPlan plan)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(plan.Settings.Name, out ScorerEntry? entry) && entry.Fingerprint == plan.Fingerprint && entry.TryAcquire()
                ? entry
                : null;
        }
    }

    /// <summary>Returns the names that scorers were asked for by, in this snapshot or one before.</summary>
    public IReadOnlyList<string> AskedFor()
    {
        lock (_lock)
        {
            return [.. _askedFor];
        }
    }

    /// <summary>Returns the model of a scorer that was made, or <see langword="null"/>.</summary>
    public string? ModelOf(string name)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(name, out ScorerEntry? entry) ? entry.Metadata?.ModelId : null;
        }
    }

    /// <summary>Returns a scorer by its name, created on first use. The caller has a reference to the snapshot.</summary>
    /// <exception cref="RelevanceScoringException">The configuration names no such scorer any more.</exception>
    public IRelevanceScorer Named(string name)
    {
        lock (_lock)
        {
            if (_named.TryGetValue(name, out IRelevanceScorer? scorer))
            {
                return scorer;
            }

            if (!Plan.Scorers.TryGetValue(name, out ScorerPlan? plan))
            {
                throw new RelevanceScoringException(
                    $"The configuration no longer has a scorer '{name}'; expected {KnownNames.Or(Plan.Scorers.Keys)}. Check Reranking:Scorers.");
            }

            if (!_entries.TryGetValue(name, out ScorerEntry? entry))
            {
                _entries.Add(name, entry = _create(plan));
            }

            _askedFor.Add(name);
            return _named[name] = _name(plan, entry);
        }
    }

    private void Close()
    {
        Root.Dispose();
        foreach (IRelevanceScorer scorer in _named.Values)
        {
            scorer.Dispose();
        }

        foreach (ScorerEntry entry in _entries.Values)
        {
            entry.Release();
        }
    }
}
