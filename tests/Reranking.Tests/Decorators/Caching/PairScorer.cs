using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Reranking.Tests;

/// <summary>A scorer whose score is a pure function of query and document, and which counts what it is asked for.</summary>
internal sealed class PairScorer : IRelevanceScorer, IModelRevision
{
    private readonly ConcurrentQueue<IReadOnlyList<string>> _seen = [];

    public RelevanceScorerMetadata Metadata { get; init; } = new() { ProviderName = "pairs", ModelId = "pairs-1", MaxInputTokens = 512 };

    /// <summary>Returns the revision of the model, or null as long as it is not known; <see langword="null"/> for a scorer that has none.</summary>
    public Func<string?>? Revision { get; init; }

    /// <summary>What happens before the scores are given, by the number of the call, from 1.</summary>
    public Func<int, CancellationToken, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>What the answer becomes, by the number of the call.</summary>
    public Func<int, RelevanceScores, RelevanceScores> After { get; init; } = (_, scores) => scores;

    /// <summary>The best window of a document, or none.</summary>
    public Func<string, Range?> Window { get; init; } = _ => null;

    public IEnumerable<IReadOnlyList<string>> Seen => _seen;

    public int ScoredCount => _seen.Sum(documents => documents.Count);

    public static RelevanceScore Score(string query, string document)
    {
        byte[] hash = SHA256.HashData(Encoding.Unicode.GetBytes(query + "\0" + document));
        return RelevanceScore.FromLogit((BitConverter.ToInt32(hash) / 1e8) + (1.0 / 3)) with
        {
            IsTruncated = hash[4] > 127,
            TokenCount = hash[5] > 127 ? hash[6] : null,
        };
    }

    public static IEnumerable<RelevanceScore> Scores(string query, params string[] documents) => documents.Select(document => Score(query, document));

    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        int call;
        lock (_seen)
        {
            _seen.Enqueue(documents);
            call = _seen.Count;
        }

        await Before(call, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return After(call, new RelevanceScores([.. documents.Select(document => Score(query, document) with { BestWindow = Window(document) })])
        {
            ModelId = options?.ModelId ?? Metadata.ModelId,
            Usage = new RelevanceScoringUsage { InputTokenCount = documents.Count * 10, SearchUnitCount = 1 },
        });
    }

    public ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default) => new(Revision!());

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(RelevanceScorerMetadata) ? Metadata
        : serviceType == typeof(IModelRevision) && Revision is not null ? this
        : null;

    public void Dispose()
    {
    }
}
