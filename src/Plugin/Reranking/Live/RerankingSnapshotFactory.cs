using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Composition;
using Reranking.Configuration;
using Reranking.Scoring;

namespace Reranking.Live;

/// <summary>Builds what a plan asks for, out of new scorers and of those that serve already with the same settings.</summary>
internal sealed class RerankingSnapshotFactory(IServiceProvider services, RerankingBuilder builder)
{
    private readonly ILoggerFactory _loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    // Made now, since scorers are disposed when nothing can be made any more.
    private readonly ILogger _logger = services.GetService<ILogger<ScorerEntry>>() ?? NullLogger<ScorerEntry>.Instance;
    private readonly TimeProvider _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly IMeterFactory? _meterFactory = services.GetService<IMeterFactory>();

    /// <summary>Builds a snapshot; nothing is loaded yet.</summary>
    /// <param name="plan">A plan without failures.</param>
    /// <param name="previous">The snapshot that serves, to which the caller has a reference; or <see langword="null"/>.</param>
    /// <param name="failures">Takes why there is none.</param>
    /// <returns>The snapshot, with a reference for the caller, or <see langword="null"/>.</returns>
    public RerankingSnapshot? TryCreate(RerankingPlan plan, RerankingSnapshot? previous, ICollection<string> failures)
    {
        var entries = new Dictionary<string, ScorerEntry>(StringComparer.OrdinalIgnoreCase);
        List<IRelevanceScorer> leases = [];
        try
        {
            IRelevanceScorer root = Stages(plan);
            RerankingOptions options = plan.Options;
            Func<object?, bool>? keepLocal = builder.KeepLocalRule(plan.KeepLocal);
            if (keepLocal is not null || options.KeepLocal)
            {
                if (LocalScorer(plan) is not { } local)
                {
                    failures.Add(plan.LocalScorer is { } hosted
                        ? $"{builder.Section!.Path}:KeepLocal:Use is '{hosted}', which is hosted; expected a local scorer."
                        : builder.Section is { Path: { } path }
                            ? $"{path}:KeepLocal keeps texts on this machine, but no scorer of {path}:Scorers is local; " +
                                "expected one, such as \"local\": { \"Provider\": \"Onnx\" }."
                            : "KeepLocal() keeps texts on this machine, but no scorer is local; expected one, as AddOnnx(\"local\").");
                    leases.ForEach(static lease => lease.Dispose());
                    Release(entries);
                    return null;
                }

                root = new DataResidencyRelevanceScorer(root, Named(plan.Scorers[local]));
            }

            if (plan.ShadowScorer is { } shadow)
            {
                root = new ShadowRelevanceScorer(
                    root, Named(plan.Scorers[shadow]), plan.Shadow, _loggers.CreateLogger<ShadowRelevanceScorer>(), _timeProvider, _meterFactory);
            }

            // Those that were asked for by name go on without a gap, or the change is refused.
            IReadOnlyList<string> askedFor = previous?.AskedFor() ?? [];
            foreach (string name in askedFor)
            {
                if (plan.Scorers.TryGetValue(name, out ScorerPlan? scorer))
                {
                    Entry(scorer);
                }
            }

            return new RerankingSnapshot(plan, options, keepLocal, root, entries, askedFor, Create, Name);
        }
        catch
        {
            leases.ForEach(static lease => lease.Dispose());
            Release(entries);
            throw;
        }

        IRelevanceScorer Stages(RerankingPlan plan) => plan.Stages is [var only]
            ? Chain(only)
            : new CascadeRelevanceScorer(
                plan.Stages.Select(stage => new CascadeStage(string.Join(", ", stage.Use), Chain(stage), stage.Keep)),
                _loggers.CreateLogger<CascadeRelevanceScorer>(), _timeProvider, _meterFactory)
            {
                UsualTimeout = plan.Options.Timeout,
            };

        IRelevanceScorer Chain(StagePlan stage) => stage.Use is [var only]
            ? Named(plan.Scorers[only])
            : new ChainRelevanceScorer(
                stage.Use.Select(name => new ChainLink(name, Named(plan.Scorers[name]), plan.Scorers[name].Settings.Timeout)).ToArray(),
                _loggers.CreateLogger<ChainRelevanceScorer>(), _timeProvider, _meterFactory)
            {
                UsualTimeout = plan.Options.Timeout / plan.Stages.Count,
            };

        IRelevanceScorer Named(ScorerPlan scorer)
        {
            IRelevanceScorer named = Name(scorer, Entry(scorer));
            leases.Add(named);
            return named;
        }

        ScorerEntry Entry(ScorerPlan scorer)
        {
            if (!entries.TryGetValue(scorer.Settings.Name, out ScorerEntry? entry))
            {
                entries.Add(scorer.Settings.Name, entry = previous?.TryShare(scorer) ?? Create(scorer));
            }

            return entry;
        }

        ScorerEntry? TryEntry(ScorerPlan scorer)
        {
            try
            {
                return Entry(scorer);
            }
            catch (RelevanceScoringException)
            {
                return null;   // one that only stands by may lack what it needs
            }
        }

        string? LocalScorer(RerankingPlan plan)
        {
            IEnumerable<string> candidates = plan.LocalScorer is { } wanted
                ? [wanted]
                : plan.Stages.SelectMany(static stage => stage.Use).Union(plan.Scorers.Keys);
            return candidates.FirstOrDefault(name => TryEntry(plan.Scorers[name])?.Metadata is { IsLocal: true });
        }
    }

    private ScorerEntry Create(ScorerPlan plan) => new(
        plan,
        builder.Build(plan.Settings.Name, plan.Create(), services),
        new CircuitBreaker(_timeProvider),
        _logger);

    private NamedRelevanceScorer Name(ScorerPlan plan, ScorerEntry entry) => new(entry, plan.Settings, _loggers.CreateLogger<NamedRelevanceScorer>());

    private static void Release(Dictionary<string, ScorerEntry> entries)
    {
        foreach (ScorerEntry entry in entries.Values)
        {
            entry.Release();
        }
    }
}
