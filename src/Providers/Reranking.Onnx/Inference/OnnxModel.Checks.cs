using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx;

// What is read from the files is held against what the graph declares, once, at load: a model that does not fit never serves.
internal sealed partial class OnnxModel
{
    /// <summary>Settles an output width that the graph leaves open.</summary>
    public void SettleOutputWidth(int width)
    {
        if (OutputWidth < 1)
        {
            OutputWidth = width;
        }
    }

    /// <summary>Lowers <see cref="MaxTokens"/> to what the reference implementation reads, unless the settings say how much it is.</summary>
    public void LimitMaxTokens(int maximum) => MaxTokens = Folder.Options.MaxInputTokens is null ? Math.Min(MaxTokens, maximum) : MaxTokens;

    /// <summary>Has the shorter inputs of a batch padded at their start, as models are that answer after the last token.</summary>
    public void PadLeft() => _inputs.PadsLeft = true;

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
