using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx.Models;

/// <summary>The output of a graph that is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Float or Float16.</param>
/// <param name="Rank">The number of dimensions, 1 to 3.</param>
/// <param name="Width">
/// The count of numbers per input, or per token of it: the labels of a cross-encoder, the dimensions of an embedding, the vocabulary of a language
/// model; -1 if neither the graph nor the files say it.
/// </param>
/// <param name="HasOnePosition">Whether there is one row per input instead of one per token.</param>
/// <param name="IsTokenLogits">Whether a row has a logit for each token of the vocabulary: the model is a language model.</param>
internal sealed record ModelOutput(string Name, TensorElementType Type, int Rank, int Width, bool HasOnePosition, bool IsTokenLogits)
{
    /// <summary>Gets a value indicating whether there is a vector per token, as from an embedding model.</summary>
    public bool IsTokenVectors => !IsTokenLogits && Rank == 3 && !HasOnePosition && Width != 1;

    /// <summary>
    /// Gets the shape of the output for a batch: one number per label for a scorer, whatever the rank; one vector per token for an embedding model.
    /// </summary>
    /// <param name="batchSize">The number of inputs.</param>
    /// <param name="length">The number of tokens that each of them is padded to.</param>
    public long[] Shape(int batchSize, int length) => Rank switch
    {
        1 => [batchSize],
        2 => [batchSize, Width],
        _ => [batchSize, HasOnePosition || (Width == 1 && !IsTokenLogits) ? 1 : length, Width],
    };

    /// <summary>Finds the output to read and what its dimensions mean.</summary>
    /// <exception cref="RelevanceScoringException">There is no such output, or its type or shape can't be read.</exception>
    public static ModelOutput Resolve(
        ModelFolder folder,
        IReadOnlyDictionary<string, NodeMetadata> outputs,
        string[] expected,
        ModelConfiguration configuration,
        int vocabularySize)
    {
        string name = Find(folder, outputs, expected);
        NodeMetadata output = outputs[name];
        int[] dimensions = output.Dimensions;
        if (output.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16) || dimensions.Length is < 1 or > 3)
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the output {name} of type {output.ElementDataType} and shape [{string.Join(", ", dimensions)}]; "
                + $"expected Float or Float16 of 1 to 3 dimensions. Check {folder.Options.ModelSetting}.");
        }

        int width = dimensions.Length == 1 ? 1 : dimensions[^1];
        bool isTokenLogits = dimensions.Length > 1 && (width < 1 ? configuration.IsLanguageModel : width >= vocabularySize);
        return new ModelOutput(
            name,
            output.ElementDataType,
            dimensions.Length,
            isTokenLogits && width < 1 ? configuration.VocabularySize ?? vocabularySize : width,
            HasOnePosition: dimensions.Length == 2 || dimensions is [_, 1, _],
            isTokenLogits);
    }

    private static string Find(ModelFolder folder, IReadOnlyDictionary<string, NodeMetadata> outputs, string[] expected)
    {
        string setting = $"{folder.Options.SettingsPath}:{nameof(OnnxModelOptions.Output)}";
        string names = string.Join(", ", outputs.Keys);
        if (folder.Options.Output is { } wanted)
        {
            return outputs.ContainsKey(wanted)
                ? wanted
                : throw new RelevanceScoringException($"{setting} is {wanted}, but '{folder.ModelFile}' has the outputs {names}. Set it to one of them.");
        }

        return Array.Find(expected, outputs.ContainsKey)
            ?? (outputs.Count == 1 ? outputs.Keys.First() : throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the outputs {names}; expected one named {KnownNames.Or(expected)}, or a single output. "
                + $"Set {setting} to the one to read, or check {folder.Options.ModelSetting}."));
    }
}

/// <summary>Which logits of an output make the score.</summary>
/// <param name="Relevant">The index of the label that stands for relevance, or of the token that a relevant document is answered with.</param>
/// <param name="Irrelevant">
/// The index of the token that any other document is answered with; <see langword="null"/> if the score is the softmax over all labels.
/// </param>
internal sealed record RelevanceLogits(int Relevant, int? Irrelevant = null);
