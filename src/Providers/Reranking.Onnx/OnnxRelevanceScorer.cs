using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Onnx.Hub;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx;

/// <summary>Scores with a local cross-encoder: no API key, and no text leaves the process.</summary>
/// <remarks>
/// <para>
/// Thread-safe; one instance serves the whole application. The model is loaded on the first call, or by <see cref="WarmUpAsync"/>; a model that is configured
/// by name rather than by path is downloaded then, once.
/// </para>
/// <para>
/// On a CPU, each pair of query and document is a run of its own at its exact length, with as many runs in parallel as there are processors. That is faster
/// than padded batches, and the score of a pair depends only on the pair. All requests of the process get an equal share of the tokens, in turns of about
/// 2,000: a few short documents do not wait behind a thousand long ones, and equal small requests end one after the other rather than all at once (with early
/// exit, stage by stage). Those with <see cref="RelevanceScoringOptions.IsBackground"/> get what is left.
/// </para>
/// <para>
/// A pair longer than the model's input is truncated as in the reference implementation, from the longer of the two, and reported as
/// <see cref="RelevanceScore.IsTruncated"/>. With <see cref="OnnxScorerOptions.LongDocuments"/>, the document is read completely in windows instead, or
/// rejected.
/// </para>
/// </remarks>
public sealed partial class OnnxRelevanceScorer : IRelevanceScorer, IWarmable, IModelRevision
{
    /// <summary>
    /// The additional property of <see cref="RelevanceScoringOptions"/> with the instruction for a call, for models that read a prompt; it takes precedence
    /// over <see cref="OnnxScorerOptions.Instruction"/>.
    /// </summary>
    public const string InstructionProperty = "instruction";

    /// <summary>
    /// The additional property of <see cref="RelevanceScores"/> with a sentence saying that text is clearly not English although the model reads only English.
    /// </summary>
    /// <remarks>Set only for models that are known to be English: the bundled one, and those in <see cref="ModelCatalog"/>.</remarks>
    public const string LanguageProperty = "language";

    private const string Multilingual = "BAAI/bge-reranker-v2-m3 or cross-encoder/mmarco-mMiniLMv2-L12-H384-v1";
    private const string ProviderName = "onnx";
    private const string BundledModel = "ms-marco-MiniLM-L-12-v2-int8";

    private readonly OnnxScorerOptions _options;
    private readonly ILogger _logger;
    private readonly ModelLoader<CrossEncoder> _loader;
    private readonly ModelRevision _revision;
    private readonly ModelStore? _modelStore;
    private readonly CancellationTokenSource _disposing = new();
    private readonly bool _isEnglish;
    private int _hasWarnedOfLanguage;
    private ModelFolder? _folder;
    private RelevanceScorerMetadata _metadata;
    private ScoreCalibration? _calibration;

    /// <summary>
    /// Initializes a new instance of the <see cref="OnnxRelevanceScorer"/> class. This checks that the model is installed, but loads nothing yet.
    /// </summary>
    /// <param name="options">Options for the model, or <see langword="null"/> for the bundled model. They are copied.</param>
    /// <param name="logger">Logs each load at Debug, or <see langword="null"/>.</param>
    /// <param name="modelStore">
    /// Downloads the model if <see cref="OnnxScorerOptions.Model"/> names one, or <see langword="null"/> for a store with the default options. The caller keeps
    /// ownership.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="RelevanceScoringException">The model is not installed: the folder is missing, or a file in it.</exception>
    public OnnxRelevanceScorer(OnnxScorerOptions? options = null, ILogger<OnnxRelevanceScorer>? logger = null, ModelStore? modelStore = null)
    {
        _options = (OnnxScorerOptions)(options ?? new OnnxScorerOptions()).Copy();
        OnnxModelOptionsValidation.ThrowIfInvalid(_options, nameof(options));
        _options.ModelId ??= _options.Model;
        if (_options.Model is null)
        {
            OpenFolder();   // a model that is not installed is an error of the application, and no reason to fall back later
        }

        _isEnglish = _options.Model is { } named ? ModelCatalog.Find(named) is { Languages: ["en"] } : _options.ModelPath is null;
        _modelStore = modelStore;
        _logger = logger ?? NullLogger<OnnxRelevanceScorer>.Instance;
        _loader = new ModelLoader<CrossEncoder>(this, LoadAsync);
        _revision = new ModelRevision(_options, () => _folder ?? (_options.Model is { } name ? FindFolder(name) : OpenFolder()));
        _metadata = new RelevanceScorerMetadata
        {
            ProviderName = ProviderName,
            ModelId = _options.ModelId ?? ModelFolder.NameOf(_options.FullModelPath ?? BundledModel),
            IsLocal = true,
        };
    }

    /// <inheritdoc/>
    public bool IsReady => _loader.IsLoaded;

    /// <summary>Loads the model and scores a first pair, so that the first user does not have to wait for it.</summary>
    /// <param name="cancellationToken">Cancels waiting; a load in progress continues.</param>
    /// <returns>A task that completes when the scorer is ready.</returns>
    /// <exception cref="RelevanceScoringException">The model can't be loaded.</exception>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) => ScoreAsync("warm up", ["warm up"], options: null, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The additional property <see cref="InstructionProperty"/> is not a text.</exception>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        DocumentList.ThrowIfInvalid(documents);

        cancellationToken.ThrowIfCancellationRequested();
        if (options?.ModelId is { } wanted && wanted != _metadata.ModelId)
        {
            throw new RelevanceScoringException(
                $"The options ask for model '{wanted}', but this scorer has '{_metadata.ModelId}' loaded. " +
                "Leave RelevanceScoringOptions.ModelId out, or register a scorer for that model.")
            {
                IsRequestFault = true,
            };
        }

        var pairQuery = new PairQuery(query, Instruction(options));
        CrossEncoder encoder = await _loader.GetAsync(cancellationToken).ConfigureAwait(false);
        if (documents.Count == 0)
        {
            return RelevanceScores.Empty;
        }

        ObjectDisposedException.ThrowIf(!encoder.Engine.References.TryAcquire(), this);
        try
        {
            // Off the caller's thread: a thousand long documents take a while to encode.
            bool isBackground = options is { IsBackground: true };
            RelevanceScores scores = await Task
                .Run(() => encoder.ScoreAsync(pairQuery, documents, options?.TopN, isBackground, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            LogWindows(scores);
            return _isEnglish ? WithLanguage(scores, encoder.Language.Find(query, documents)) : scores;
        }
        finally
        {
            encoder.Engine.References.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default) =>
        // Off the caller's thread: it reads all of the model.
        await Task.Run(() => _revision.Value, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(RelevanceScorerMetadata) ? _metadata
            : serviceType == typeof(ScoreCalibration) ? _calibration
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Releases the model once the calls in progress have ended.</summary>
    public void Dispose()
    {
        _loader.Dispose();

        // The source is left to the collector: without a timer it holds nothing, and a second disposal may cancel it again.
        _disposing.Cancel();
    }

    private static string? Instruction(RelevanceScoringOptions? options)
    {
        object? instruction = null;
        _ = options?.AdditionalProperties?.TryGetValue(InstructionProperty, out instruction);
        return instruction is null or string
            ? (string?)instruction
            : throw new ArgumentException(
                $"The additional property {InstructionProperty} is a {instruction.GetType().Name}; expected a text.", nameof(options));
    }

    private async Task<CrossEncoder> LoadAsync()
    {
        try
        {
            return await LoadModelAsync().ConfigureAwait(false);
        }
        catch (RelevanceScoringException exception) when (exception is { IsTransient: false, IsSetupFault: false })
        {
            throw new RelevanceScoringException(exception.Message, exception) { IsSetupFault = true };
        }
    }

    private async Task<CrossEncoder> LoadModelAsync()
    {
        long start = Stopwatch.GetTimestamp();
        CrossEncoder encoder = _options.Model is { } name
            ? await LoadNamedAsync(name).ConfigureAwait(false)
            : await CrossEncoder.LoadAsync(OpenFolder(), _options).ConfigureAwait(false);
        ModelFolder folder = encoder.Profile.Folder;
        int maxTokens = encoder.Profile.MaxTokens;
        _folder = folder;
        _calibration = encoder.Calibration;
        _metadata = _metadata with { ModelId = folder.ModelId, MaxInputTokens = maxTokens };
        if (folder.ModelFileReason is { } reason)
        {
            LogChosen(folder.ModelId, folder.ModelFile, reason);
        }

        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        LogLoaded(folder.ModelId, milliseconds, maxTokens, _options.ExecutionProvider, CpuFeatures.Int8InstructionSet);
        return encoder;
    }

    // A load is not stopped by the caller who began it, since others may wait for it; a download of gigabytes ends with the scorer.
    private async Task<CrossEncoder> LoadNamedAsync(string model)
    {
        using ModelStore? own = _modelStore is null ? new ModelStore() : null;
        ModelStore store = _modelStore ?? own!;
        ModelPlan plan = ModelPlan.For(model, _options.Revision, _options.ModelFile);
        try
        {
            for (bool again = false; ; again = true)
            {
                string folder = await store
                    .GetAsync(model, _options.Revision, _options.ModelFile, progress: null, _disposing.Token)
                    .ConfigureAwait(false);
                try
                {
                    return await CrossEncoder.LoadAsync(ModelFolder.Open(folder, _options, plan.ModelFile), _options).ConfigureAwait(false);
                }
                catch (RelevanceScoringException exception)
                {
                    bool isDiscarded = !again && ModelFileFailure.FileOf(exception) is { } file
                        && await store.TryDiscardAsync(plan, file, _disposing.Token).ConfigureAwait(false);
                    if (!isDiscarded)
                    {
                        throw new RelevanceScoringException(
                            $"{exception.Message} The model store keeps its files in '{folder}'; remove that folder to have them fetched again.", exception);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(typeof(OnnxRelevanceScorer).FullName);
        }
    }

    // The folder of a model that was fetched before, or null.
    private ModelFolder? FindFolder(string model)
    {
        using ModelStore? own = _modelStore is null ? new ModelStore() : null;
        ModelPlan plan = ModelPlan.For(model, _options.Revision, _options.ModelFile);
        return (_modelStore ?? own!).Find(plan) is { } folder ? ModelFolder.Open(folder, _options, plan.ModelFile) : null;
    }

    private ModelFolder OpenFolder()
    {
        if (_options.FullModelPath is { } path)
        {
            return ModelFolder.Open(path, _options);
        }

        return OpenBundled(AppContext.BaseDirectory, _options);
    }

    /// <summary>Opens the model that a package copied beside the application.</summary>
    /// <exception cref="RelevanceScoringException">There is none. A build leaves an empty folder behind once the package is removed.</exception>
    internal static ModelFolder OpenBundled(string baseFolder, OnnxScorerOptions options)
    {
        string bundled = Path.Combine(baseFolder, "models", BundledModel);
        return Directory.Exists(bundled) && Directory.EnumerateFiles(bundled, "*", new EnumerationOptions()).Any()
            ? ModelFolder.Open(bundled, options)
            : throw new RelevanceScoringException(
                $"{options.SettingsPath}:ModelPath is not set and there is no bundled model at '{bundled}'. " +
                "Add the package Reranking.Onnx.MiniLM, or set it to the folder of a cross-encoder.");
    }

    private RelevanceScores WithLanguage(RelevanceScores scores, string? finding)
    {
        if (finding is null)
        {
            return scores;
        }

        if (Interlocked.Exchange(ref _hasWarnedOfLanguage, 1) == 0)
        {
            LogLanguage(_metadata.ModelId, finding, Multilingual);
        }

        string sentence = $"The query or a document has {finding}, and model '{_metadata.ModelId}' reads English. "
            + $"Take a multilingual one, such as {Multilingual}.";
        return new RelevanceScores([.. scores], scores)
        {
            AdditionalProperties = new Dictionary<string, object?>(scores.AdditionalProperties ?? new Dictionary<string, object?>())
            {
                [LanguageProperty] = sentence,
            },
        };
    }

    private void LogWindows(RelevanceScores scores)
    {
        if (_options.LongDocuments != LongDocumentMode.Windows || !_logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        int windowed = 0;
        int truncated = 0;
        foreach (RelevanceScore score in scores)
        {
            windowed += score.BestWindow is null ? 0 : 1;
            truncated += score.BestWindow is null || !score.IsTruncated ? 0 : 1;
        }

        if (windowed > 0)
        {
            LogWindows(windowed, scores.Count, truncated, _options.MaxWindows);
        }
    }

    [LoggerMessage(
        EventId = 93,
        Level = LogLevel.Debug,
        Message = "{WindowedCount} of {DocumentCount} documents were read in windows, {TruncatedCount} of them in part: " +
            "the query was cut, or MaxWindows, {MaxWindows}, was reached.")]
    private partial void LogWindows(int windowedCount, int documentCount, int truncatedCount, int maxWindows);

    [LoggerMessage(
        EventId = 94,
        Level = LogLevel.Warning,
        Message = "A query or a document has {Finding}, and model {ModelId} reads English: on other languages its order can be worse than none. " +
            "Take a multilingual one, such as {Choices}. This is said once.")]
    private partial void LogLanguage(string? modelId, string finding, string choices);

    [LoggerMessage(EventId = 95, Level = LogLevel.Information, Message = "Model {ModelId} runs from {ModelFile}: {Reason}. ModelFile chooses another one.")]
    private partial void LogChosen(string modelId, string modelFile, string reason);

    [LoggerMessage(
        EventId = 20,
        Level = LogLevel.Debug,
        Message = "Model {ModelId} loaded in {Milliseconds:0} ms: {MaxTokens} tokens at most, on {ExecutionProvider}; " +
            "int8 instructions of the processor: {InstructionSet}.")]
    private partial void LogLoaded(string modelId, double milliseconds, int maxTokens, OnnxExecutionProvider executionProvider, string instructionSet);
}
