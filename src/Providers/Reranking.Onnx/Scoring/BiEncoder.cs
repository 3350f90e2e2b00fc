using System.Numerics.Tensors;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Scoring;

/// <summary>A loaded bi-encoder: texts in, vectors out.</summary>
internal sealed class BiEncoder : IDisposable
{
    // The last layer, one vector per token; or what the graph itself makes of it.
    private const string TokenOutput = "last_hidden_state";
    private const string PooledOutput = "sentence_embedding";

    private static readonly string[] Outputs = [TokenOutput, PooledOutput, "token_embeddings"];

    private readonly Tokenizer _tokenizer;

    private BiEncoder(OnnxEngine engine, Tokenizer tokenizer)
    {
        Engine = engine;
        _tokenizer = tokenizer;
    }

    public OnnxEngine Engine { get; }

    public string ModelId => Engine.Profile.Folder.ModelId;

    /// <summary>Gets the number of dimensions of an embedding.</summary>
    public int Dimensions => Engine.Profile.Output.Width;

    /// <summary>Loads a model and checks that it returns one vector per token, or one per text.</summary>
    /// <exception cref="RelevanceScoringException">The model is not a bi-encoder.</exception>
    public static BiEncoder Load(ModelFolder folder)
    {
        ModelConfiguration configuration = ModelConfiguration.Read(folder);
        Tokenizer tokenizer = folder.ReadTokenizer();
        OnnxEngine engine = SessionFactory.Load(folder, session =>
        {
            ModelProfile profile = ModelProfile.Resolve(folder, configuration, tokenizer, session.OutputMetadata, Outputs);
            ModelOutput output = profile.Output.Width > 0 ? profile.Output : profile.Output with { Width = configuration.HiddenSize ?? -1 };
            bool isPooled = output is { Rank: 2, IsTokenLogits: false } && (output.Name == PooledOutput || folder.Options.Output is not null);
            return (output.IsTokenVectors || isPooled) && output.Width > 1
                ? profile with { Output = output }
                : throw new RelevanceScoringException(
                    $"Model '{folder.ModelId}' returns an output of {output.Rank} dimensions and width {output.Width}; "
                    + $"an embedding model returns [batch, tokens, dimensions], or [batch, dimensions] as {PooledOutput}. "
                    + $"Set {folder.Options.ModelSetting} to a bi-encoder, "
                    + $"or {folder.Options.SettingsPath}:{nameof(OnnxModelOptions.Output)} to its embeddings.");
        });
        return new BiEncoder(engine, tokenizer);
    }

    /// <summary>Encodes texts, each cut at its end to the longest input of the model.</summary>
    /// <returns>The inputs, and how many texts were cut.</returns>
    public (TokenizedInputs Inputs, int TruncatedCount) Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        int budget = Engine.Profile.MaxTokens - _tokenizer.Single.SpecialTokenCount;
        int truncated = 0;
        var inputs = new TokenizedInputs(texts.Count);
        TokenBuffer scratch = TokenBufferPool.Rent();
        try
        {
            foreach (string text in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                EncodedText encoded = _tokenizer.Encode(text, budget, scratch);
                int length = Math.Min(encoded.Count, budget);
                truncated += encoded.Count > budget || !encoded.IsComplete ? 1 : 0;
                inputs.Add(length + _tokenizer.Single.SpecialTokenCount, out Span<long> ids, out Span<long> typeIds);
                _ = _tokenizer.Single.Write(scratch.Slice(encoded.Start, length), [], ids, typeIds);
                scratch.Clear();
            }

            return (inputs, truncated);
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
        finally
        {
            TokenBufferPool.Return(scratch);
        }
    }

    public async Task<(float[][] Vectors, long TokenCount, int TruncatedCount)> EmbedAsync(
        IReadOnlyList<string> texts,
        EmbeddingPooling pooling,
        bool normalize,
        CancellationToken cancellationToken)
    {
        (TokenizedInputs encoded, int truncated) = Encode(texts, cancellationToken);
        using TokenizedInputs inputs = encoded;
        float[][] vectors = new float[inputs.Count][];
        bool isPooled = Engine.Profile.Output.HasOnePosition;
        await Engine.RunAsync(inputs, Engine.Plan(inputs), Read, isBackground: false, cancellationToken).ConfigureAwait(false);
        return (vectors, inputs.TokenCount, truncated);

        void Read(int index, int tokenCount, ReadOnlySpan<float> values)
        {
            float[] vector = values[..Dimensions].ToArray();
            if (pooling == EmbeddingPooling.Mean && !isPooled)
            {
                for (int token = 1; token < tokenCount; token++)
                {
                    TensorPrimitives.Add(vector, values.Slice(token * Dimensions, Dimensions), vector);
                }

                TensorPrimitives.Divide(vector, tokenCount, vector);
            }

            float norm = TensorPrimitives.Norm(vector);
            if (!float.IsFinite(norm))
            {
                OnnxModelOptions options = Engine.Profile.Folder.Options;
                throw new RelevanceScoringException(
                    $"Model '{ModelId}' returned an embedding of text {index} that is not finite; expected finite numbers. "
                    + $"Try another {options.SettingsPath}:{nameof(options.ExecutionProvider)}, or a model in fp32.");
            }

            if (normalize && norm > 0)
            {
                TensorPrimitives.Divide(vector, norm, vector);
            }

            vectors[index] = vector;
        }
    }

    public void Dispose() => Engine.Dispose();
}
