namespace Reranking.Tests;

/// <summary>A scorer that reads the score out of the document, unless a test says otherwise; it notices when it is used after it was disposed.</summary>
internal sealed class ScriptedScorer(string model = "scripted-1", bool isHosted = false) : IRelevanceScorer, IWarmable
{
    private readonly RelevanceScorerMetadata _metadata =
        new() { ProviderName = "scripted", Endpoint = isHosted ? new Uri("https://scorer.example/") : null, ModelId = model, IsLocal = !isHosted };
    private int _calls;
    private int _disposals;
    private int _running;
    private int _warmUps;

    public int Calls => _calls;

    public int Disposals => _disposals;

    public int WarmUps => _warmUps;

    public bool IsReady { get; set; } = true;

    public bool WasUsedAfterDispose { get; private set; }

    public List<string> Seen { get; } = [];

    public RelevanceScoringOptions? LastOptions { get; private set; }

    /// <summary>Gets or sets what the scorer does instead of answering.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task<RelevanceScores>>? Script { get; set; }

    public Func<CancellationToken, Task>? OnWarmUp { get; set; }

    public Action? OnDispose { get; set; }

    public static ScriptedScorer Throwing(Exception exception, bool isHosted = false) => new(isHosted: isHosted) { Script = (_, _) => throw exception };

    public static ScriptedScorer Hanging() => new() { Script = (_, _) => new TaskCompletionSource<RelevanceScores>().Task };

    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        foreach (string document in documents)
        {
            ArgumentNullException.ThrowIfNull(document, nameof(documents));
        }

        WasUsedAfterDispose |= _disposals > 0;
        Interlocked.Increment(ref _running);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _calls);
            lock (Seen)
            {
                LastOptions = options;
                Seen.AddRange(documents);
            }

            return Script is null ? Numbers(documents) : await Script(documents, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public RelevanceScores Numbers(IReadOnlyList<string> documents) => new([.. documents.Select(FunctionScorer.Number)])
    {
        ModelId = _metadata.ModelId,
        Usage = new RelevanceScoringUsage { InputTokenCount = documents.Count, SearchUnitCount = 1 },
    };

    public async Task WarmUpAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _warmUps);
        await (OnWarmUp?.Invoke(cancellationToken) ?? Task.CompletedTask);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(RelevanceScorerMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        WasUsedAfterDispose |= _running > 0;
        Interlocked.Increment(ref _disposals);
        OnDispose?.Invoke();
    }
}
