using System.Numerics.Tensors;

namespace Reranking.Onnx;

/// <summary>A loaded bi-encoder: texts in, vectors out.</summary>
internal sealed class BiEncoder : IDisposable
{
    private BiEncoder(OnnxModel model) => Model = model;

    public OnnxModel Model { get; }

    /// <summary>Gets the number of dimensions of an embedding.</summary>
    public int Dimensions => Model.OutputWidth;

    /// <summary>Loads a model and checks that it gives one vector a token.</summary>
    /// <exception cref="RelevanceScoringException">The model is no bi-encoder.</exception>
    public static BiEncoder Load(ModelFolder folder)
    {
        OnnxModel model = OnnxModel.Load(folder, "last_hidden_state");
        try
        {
            model.SettleOutputWidth(model.Configuration.HiddenSize ?? -1);
            return model.GivesVectors && model.OutputWidth > 1
                ? new BiEncoder(model)
                : throw new RelevanceScoringException(
                    $"Model '{folder.ModelId}' gives an output of {model.OutputRank} dimensions and width {model.OutputWidth}; an embedding model gives [batch, tokens, dimensions]. Set {folder.Options.SettingsPath}:ModelPath to a bi-encoder.");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public async Task<(float[][] Vectors, long TokenCount, int TruncatedCount)> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPooling pooling, bool normalize, CancellationToken cancellationToken)
    {
        using SingleInputs inputs = SingleInputs.Encode(Model, texts, cancellationToken);
        float[][] vectors = new float[inputs.Count][];
        await Model.RunAsync(inputs, Model.Plan(inputs), Read, cancellationToken).ConfigureAwait(false);
        return (vectors, inputs.TotalLength, inputs.TruncatedCount);

        void Read(int index, int tokenCount, ReadOnlySpan<float> values)
        {
            float[] vector = values[..Dimensions].ToArray();
            if (pooling == EmbeddingPooling.Mean)
            {
                for (int token = 1; token < tokenCount; token++)
                {
                    TensorPrimitives.Add(vector, values.Slice(token * Dimensions, Dimensions), vector);
                }

                TensorPrimitives.Divide(vector, tokenCount, vector);
            }

            float norm = normalize ? TensorPrimitives.Norm(vector) : 0;
            if (norm > 0)
            {
                TensorPrimitives.Divide(vector, norm, vector);
            }

            vectors[index] = vector;
        }
    }

    public void Dispose() => Model.Dispose();
}
