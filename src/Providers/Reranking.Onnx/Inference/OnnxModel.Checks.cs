using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx;

// What is read from the files is held against what the graph declares, once, at load: a model that does not fit never serves.
internal sealed partial class OnnxModel
{
    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids"];

    /// <summary>Settles an output width that the graph leaves open.</summary>
    public void SettleOutputWidth(int width)
    {
        if (OutputWidth < 1)
        {
            OutputWidth = width;
        }
    }

    /// <summary>Settles the longest input: what the options want, within what the files say.</summary>
    /// <exception cref="RelevanceScoringException">Neither tells it, or the options want more than the model reads.</exception>
    public static int SettleMaxTokens(ModelFolder folder, ModelConfiguration configuration)
    {
        OnnxModelOptions options = folder.Options;
        if (options.MaxInputTokens is not { } wanted)
        {
            return configuration.MaxTokens ?? throw new RelevanceScoringException(
                $"Neither max_position_embeddings in '{folder.ConfigFile}' nor model_max_length in tokenizer_config.json is there. Expected the longest input of the model. Set {options.SettingsPath}:{nameof(options.MaxInputTokens)}.");
        }

        return configuration.MaxTokens is { } limit && wanted > limit
            ? throw new RelevanceScoringException($"{options.SettingsPath}:{nameof(options.MaxInputTokens)} is {wanted}, but model '{folder.ModelId}' reads {limit} tokens at most. Set it to {limit} or less, or remove it.")
            : wanted;
    }

    private static string[] SettleInputs(ModelFolder folder, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        string[] names = [.. inputs.Keys];
        if (!names.Contains("input_ids") || names.Except(KnownInputs).Any())
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the inputs {string.Join(", ", names)}; expected input_ids, and attention_mask and token_type_ids where the model has them. Check {folder.Options.SettingsPath}:ModelPath.");
        }

        TensorElementType[] types = [.. inputs.Values.Select(static input => input.ElementDataType).Distinct()];
        if (inputs.Values.FirstOrDefault(static input => input.Dimensions is not [_, -1]) is { } fixedInput)
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has an input of shape [{string.Join(", ", fixedInput.Dimensions)}]; expected [batch, sequence] of open length. Export it with dynamic axes, or check {folder.Options.SettingsPath}:ModelPath.");
        }

        return types is [TensorElementType.Int64] or [TensorElementType.Int32]
            ? names
            : throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has inputs of type {string.Join(", ", types)}; expected Int64 or Int32, the same for all. Check {folder.Options.SettingsPath}:ModelPath.");
    }

    private static string SettleOutput(ModelFolder folder, IReadOnlyDictionary<string, NodeMetadata> outputs, string expected)
    {
        string name = outputs.ContainsKey(expected) ? expected
            : outputs.Count == 1 ? outputs.Keys.First()
            : throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the outputs {string.Join(", ", outputs.Keys)}; expected one of the name {expected}, or only one. Check {folder.Options.SettingsPath}:ModelPath.");
        NodeMetadata output = outputs[name];
        return output.ElementDataType is TensorElementType.Float or TensorElementType.Float16 && output.Dimensions.Length is >= 1 and <= 3
            ? name
            : throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has the output {name} of type {output.ElementDataType} and shape [{string.Join(", ", output.Dimensions)}]; expected Float or Float16 of 1 to 3 dimensions. Check {folder.Options.SettingsPath}:ModelPath.");
    }
}
