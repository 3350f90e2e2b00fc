using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx;

/// <summary>What a language model read before: an input that exports for text generation have, and that is empty here.</summary>
/// <param name="Name">The name, as <c>past_key_values.0.key</c>.</param>
/// <param name="Type">Float or Float16.</param>
/// <param name="Heads">How many heads it has.</param>
/// <param name="HeadSize">How many numbers a token has in each.</param>
internal sealed record PastInput(string Name, TensorElementType Type, long Heads, long HeadSize)
{
    public static bool IsName(string name) => name.StartsWith("past_key_values.", StringComparison.Ordinal);

    /// <exception cref="RelevanceScoringException">The input has another shape or type.</exception>
    public static PastInput Create(ModelFolder folder, string name, NodeMetadata input) =>
        input.ElementDataType is TensorElementType.Float or TensorElementType.Float16 && input.Dimensions is [_, > 0, -1, > 0]
            ? new PastInput(name, input.ElementDataType, input.Dimensions[1], input.Dimensions[3])
            : throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the input {name} of type {input.ElementDataType} and shape [{string.Join(", ", input.Dimensions)}]; expected Float or Float16 of [batch, heads, past, size] with the past open. Check {folder.Options.SettingsPath}:ModelPath.");

    public OrtValue CreateEmpty(int batchSize) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Type, [batchSize, Heads, 0, HeadSize]);
}
