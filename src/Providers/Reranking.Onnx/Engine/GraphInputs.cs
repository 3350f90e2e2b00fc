using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Engine;

/// <summary>The inputs that a graph declares, and how the tokens of a batch get into them.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class GraphInputs
{
    private const string Expected = "input_ids, and attention_mask, token_type_ids, position_ids and past_key_values where the model has them";

    // The position of what is not read; a model that counts from 2 has its padding there.
    private const long PaddingPosition = 1;

    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];

    private readonly string[] _tokenInputs;
    private readonly PastInput[] _past;
    private readonly bool _isNarrow;
    private readonly bool _hasPositions;
    private readonly ModelProfile _profile;

    /// <summary>Initializes a new instance of the <see cref="GraphInputs"/> class.</summary>
    /// <exception cref="RelevanceScoringException">The graph has an input that can't be fed.</exception>
    public GraphInputs(ModelProfile profile, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        _profile = profile;
        ModelFolder folder = profile.Folder;
        string setting = $"Check {folder.Options.ModelSetting}.";
        if (inputs.Keys.FirstOrDefault(static name => !KnownInputs.Contains(name) && !PastInput.IsName(name)) is { } unknown)
        {
            throw new RelevanceScoringException($"'{folder.ModelFile}' has the input {unknown}, which can't be fed; expected {Expected}. {setting}");
        }

        _tokenInputs = [.. inputs.Keys.Where(KnownInputs.Contains)];
        if (!_tokenInputs.Contains("input_ids"))
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has no input_ids among its inputs {string.Join(", ", inputs.Keys)}; expected {Expected}. {setting}");
        }

        if (_tokenInputs.Select(name => inputs[name]).FirstOrDefault(static input => input.Dimensions is not [_, -1]) is { } fixedInput)
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has an input of shape [{string.Join(", ", fixedInput.Dimensions)}]; expected [batch, sequence] with dynamic axes. " +
                $"Export it with dynamic axes, or check {folder.Options.ModelSetting}.");
        }

        TensorElementType[] types = [.. _tokenInputs.Select(name => inputs[name].ElementDataType).Distinct()];
        if (types is not ([TensorElementType.Int64] or [TensorElementType.Int32]))
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has inputs of type {string.Join(", ", types)}; expected Int64 or Int32, the same for all. {setting}");
        }

        _past = [.. inputs.Where(static input => PastInput.IsName(input.Key)).Select(input => PastInput.Create(folder, input.Key, input.Value))];
        _isNarrow = types[0] == TensorElementType.Int32;
        _hasPositions = _tokenInputs.Contains("position_ids");
        Names = [.. _tokenInputs, .. _past.Select(static past => past.Name)];
    }

    /// <summary>Gets the names, in the order in which <see cref="Bind"/> returns the values.</summary>
    public string[] Names { get; }

    /// <summary>Writes a batch into the buffers.</summary>
    public void Fill(TokenizedInputs inputs, ReadOnlySpan<int> batch, int length, RunBuffers buffers)
    {
        Span<long> ids = buffers.Ids(batch.Length * length).Span;
        Span<long> types = buffers.Types(ids.Length).Span;
        Span<long> mask = buffers.Mask(ids.Length).Span;
        Span<long> positions = _hasPositions ? buffers.Positions(ids.Length).Span : [];
        ids.Fill(_profile.PadTokenId);
        types.Clear();
        mask.Clear();
        positions.Fill(PaddingPosition);
        for (int row = 0; row < batch.Length; row++)
        {
            int used = inputs.Length(batch[row]);
            int start = (row * length) + (_profile.PadsLeft ? length - used : 0);
            inputs.Ids(batch[row]).CopyTo(ids[start..]);
            inputs.TypeIds(batch[row]).CopyTo(types[start..]);
            mask.Slice(start, used).Fill(1);
            for (int i = 0; i < used && _hasPositions; i++)
            {
                positions[start + i] = _profile.FirstPosition + i;
            }
        }
    }

    /// <summary>Wraps the buffers as the values of a run. The caller disposes them.</summary>
    public OrtValue[] Bind(int batchSize, int length, RunBuffers buffers)
    {
        buffers.InputShape[0] = batchSize;
        buffers.InputShape[1] = length;
        var values = new OrtValue[Names.Length];
        try
        {
            for (int i = 0; i < _tokenInputs.Length; i++)
            {
                Memory<long> tokens = _tokenInputs[i] switch
                {
                    "input_ids" => buffers.Ids(batchSize * length),
                    "attention_mask" => buffers.Mask(batchSize * length),
                    "position_ids" => buffers.Positions(batchSize * length),
                    _ => buffers.Types(batchSize * length),
                };
                values[i] = _isNarrow
                    ? OrtValue.CreateTensorValueFromMemory(
                        OrtMemoryInfo.DefaultInstance, buffers.Narrow(tokens.Span, i, _tokenInputs.Length), buffers.InputShape)
                    : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tokens, buffers.InputShape);
            }

            for (int i = 0; i < _past.Length; i++)
            {
                values[_tokenInputs.Length + i] = _past[i].CreateEmpty(batchSize);
            }

            return values;
        }
        catch
        {
            Release(values);
            throw;
        }
    }

    public static void Release(OrtValue?[] values)
    {
        foreach (OrtValue? value in values)
        {
            value?.Dispose();
        }
    }
}

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
                $"'{folder.ModelFile}' has the input {name} of type {input.ElementDataType} and shape [{string.Join(", ", input.Dimensions)}]; " +
                $"expected Float or Float16 of [batch, heads, past, size] with a dynamic past axis. Check {folder.Options.ModelSetting}.");

    public OrtValue CreateEmpty(int batchSize) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Type, [batchSize, Heads, 0, HeadSize]);
}
