using Microsoft.Extensions.AI;
using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx;

/// <summary>
/// Generates embeddings with a local bi-encoder, for first stages, with the same exact tokens and the same engine as <see cref="OnnxRelevanceScorer"/>.
/// </summary>
/// <remarks>
/// <para>Thread-safe; one instance serves the whole application. The model is loaded on the first call. No text leaves the process.</para>
/// <para>
/// Texts are embedded as passages unless <see cref="ForQueries"/> is used, or <see cref="InputTypeProperty"/> of the options is <c>query</c>. A text longer
/// than the model's input is truncated at its end, and counted under <see cref="TruncatedCountProperty"/>.
/// </para>
/// </remarks>
public sealed class OnnxEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The additional property of <see cref="EmbeddingGenerationOptions"/> that distinguishes <c>query</c> from <c>passage</c>.</summary>
    public const string InputTypeProperty = "input_type";

    /// <summary>The additional property of the result that counts the texts that were only partly read; absent if there are none.</summary>
    public const string TruncatedCountProperty = "truncated_count";

    private readonly OnnxEmbeddingGeneratorOptions _options;
    private readonly ModelLoader<BiEncoder> _loader;
    private readonly QueryGenerator _queries;
    private EmbeddingGeneratorMetadata _metadata;

    /// <summary>
    /// Initializes a new instance of the <see cref="OnnxEmbeddingGenerator"/> class. This checks that the model is installed, but loads nothing yet.
    /// </summary>
    /// <param name="options">Options for the model. They are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or <see cref="OnnxModelOptions.ModelPath"/> is not set.</exception>
    /// <exception cref="InvalidOperationException">The model is not installed: the folder is missing, or a file in it.</exception>
    public OnnxEmbeddingGenerator(OnnxEmbeddingGeneratorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = (OnnxEmbeddingGeneratorOptions)options.Copy();
        OnnxModelOptionsValidation.ThrowIfInvalid(_options, nameof(options));
        string path = _options.FullModelPath!;
        OpenFolder(path);   // a model that is not installed is an error of the application, not of its first call
        _loader = new ModelLoader<BiEncoder>(this, () => Task.FromResult(Load(path)));
        _queries = new QueryGenerator(this);
        _metadata = new EmbeddingGeneratorMetadata("onnx", defaultModelId: _options.ModelId ?? ModelFolder.NameOf(path));
    }

    /// <summary>
    /// Gets a generator for the same model that embeds queries: it puts <see cref="OnnxEmbeddingGeneratorOptions.QueryPrefix"/> before each text. Disposing it
    /// has no effect.
    /// </summary>
    /// <returns>The generator.</returns>
    public IEmbeddingGenerator<string, Embedding<float>> ForQueries() => _queries;

    /// <summary>Generates embeddings.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">The options of this call, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the call, even while embedding is in progress.</param>
    /// <returns>One embedding per text, in order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> or one of them is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The options ask for a different number of dimensions or an unknown input type.</exception>
    /// <exception cref="InvalidOperationException">The model can't be loaded or failed.</exception>
    /// <exception cref="ObjectDisposedException">The generator was disposed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        string prefix = Prefix(options);
        List<string> texts = [];
        foreach (string value in values)
        {
            texts.Add(
                value is null
                    ? throw new ArgumentNullException(nameof(values), $"Text {texts.Count} is null; expected a text, which may be empty.")
                    : prefix + value);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (options?.ModelId is { } wanted && wanted != _metadata.DefaultModelId)
        {
            throw new ArgumentException(
                $"The options ask for model '{wanted}', but this generator has '{_metadata.DefaultModelId}'. " +
                "Leave EmbeddingGenerationOptions.ModelId out, or register a generator for that model.",
                nameof(options));
        }

        BiEncoder encoder = await LoadAsync(cancellationToken).ConfigureAwait(false);
        if (options?.Dimensions is { } dimensions && dimensions != encoder.Dimensions)
        {
            throw new ArgumentException($"The options ask for {dimensions} dimensions; model '{encoder.ModelId}' has {encoder.Dimensions}.", nameof(options));
        }

        (float[][] vectors, long tokens, int truncated) = await EmbedAsync(encoder, texts, cancellationToken).ConfigureAwait(false);
        return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector) { ModelId = encoder.ModelId }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
            AdditionalProperties = truncated > 0 ? new() { [TruncatedCountProperty] = truncated } : null,
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Releases the model once the calls in progress have ended.</summary>
    public void Dispose() => _loader.Dispose();

    private async Task<BiEncoder> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _loader.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RelevanceScoringException exception)
        {
            throw NotOfScoring(exception);
        }
    }

    private async Task<(float[][] Vectors, long TokenCount, int TruncatedCount)> EmbedAsync(
        BiEncoder encoder,
        List<string> texts,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!encoder.Engine.References.TryAcquire(), this);
        try
        {
            return await Task
                .Run(() => encoder.EmbedAsync(texts, _options.Pooling, _options.Normalize, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RelevanceScoringException exception)
        {
            throw NotOfScoring(exception);
        }
        finally
        {
            encoder.Engine.References.Release();
        }
    }

    // The engine is that of the scorers and speaks of scoring; callers of an embedding generator do not expect its exception.
    private static InvalidOperationException NotOfScoring(RelevanceScoringException exception) => new(exception.Message, exception);

    private ModelFolder OpenFolder(string path)
    {
        try
        {
            return ModelFolder.Open(path, _options);
        }
        catch (RelevanceScoringException exception)
        {
            throw NotOfScoring(exception);
        }
    }

    private BiEncoder Load(string path)
    {
        BiEncoder encoder = BiEncoder.Load(OpenFolder(path));
        _metadata = new EmbeddingGeneratorMetadata("onnx", defaultModelId: encoder.ModelId, defaultModelDimensions: encoder.Dimensions);
        return encoder;
    }

    private string Prefix(EmbeddingGenerationOptions? options)
    {
        object? type = null;
        _ = options?.AdditionalProperties?.TryGetValue(InputTypeProperty, out type);
        return type switch
        {
            null or "passage" => _options.PassagePrefix,
            "query" => _options.QueryPrefix,
            _ => throw new ArgumentException($"The additional property {InputTypeProperty} is {type}; expected query or passage.", nameof(options)),
        };
    }

    private sealed class QueryGenerator(OnnxEmbeddingGenerator generator) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values,
            EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            EmbeddingGenerationOptions asQuery = options?.Clone() ?? new EmbeddingGenerationOptions();
            (asQuery.AdditionalProperties ??= [])[InputTypeProperty] = "query";
            return generator.GenerateAsync(values, asQuery, cancellationToken);
        }

        public object? GetService(Type serviceType, object? serviceKey = null)
        {
            ArgumentNullException.ThrowIfNull(serviceType);
            return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : generator.GetService(serviceType, serviceKey);
        }

        public void Dispose()
        {
            // The generator that made it owns the model.
        }
    }
}
