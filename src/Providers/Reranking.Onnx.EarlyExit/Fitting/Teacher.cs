using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>The model in parts, which tells of each pair what the probes see on the way and the logit in the end.</summary>
internal sealed class Teacher(CrossEncoder encoder) : IDisposable
{
    /// <summary>Loads the parts of a model.</summary>
    /// <exception cref="RelevanceScoringException">A part can't be loaded, the model is not an encoder, or together the parts fail its self-test.</exception>
    public static async Task<Teacher> LoadAsync(ModelFolder folder, OnnxScorerOptions options, EarlyExitFile file)
    {
        CrossEncoder encoder = await CrossEncoder.LoadAsync(folder, options, file).ConfigureAwait(false);
        if (encoder.Profile.Prompt is null)
        {
            return new Teacher(encoder);
        }

        encoder.Dispose();
        throw new RelevanceScoringException(
            $"Model '{folder.ModelId}' reads a prompt: it is a language model; expected an encoder. Early exit can't be built for it.");
    }

    /// <summary>Scores passages.</summary>
    public async Task<TaughtPairs> ScoreAsync(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken)
    {
        using PairInputs pairs = PairInputs.Encode(encoder.Format, new PairQuery(query), passages, cancellationToken);
        PartRunner parts = encoder.Engine.Parts!;
        int count = pairs.Inputs.Count;
        int exits = parts.Count - 1;
        var features = new float[exits][][];
        for (int exit = 0; exit < exits; exit++)
        {
            features[exit] = new float[count][];
        }

        double[] logits = new double[count];
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(pairs.Inputs.Length)];
        await encoder.Engine.RunAsync(count, index => pairs.Inputs.Length(order[index]), Run, isBackground: false, cancellationToken).ConfigureAwait(false);
        return new TaughtPairs(features, logits, [.. Enumerable.Range(0, count).Select(pairs.Inputs.Length)]);

        void Run(int index, RunOptions options)
        {
            int pair = order[index];
            int length = pairs.Inputs.Length(pair) * parts.HiddenSize;
            float[] first = ArrayPool<float>.Shared.Rent(length);
            float[] second = ArrayPool<float>.Shared.Rent(length);
            (Range query, Range document) = pairs.Locate(pair);
            for (int exit = 0; exit < exits; exit++)
            {
                (first, second) = (second, first);
                parts.RunToStates(pairs.Inputs, pair, exit, exit + 1, second.AsMemory(0, length), first.AsMemory(0, length), options);
                features[exit][pair] = new float[EarlyExitFile.FeatureCount(parts.HiddenSize)];
                ExitFeatures.Compute(first.AsSpan(0, length), parts.HiddenSize, query, document, features[exit][pair]);
            }

            parts.RunToEnd(pairs.Inputs, pair, exits, first.AsMemory(0, length), options, (_, _, values) => logits[pair] = encoder.ReadLogits(values));
            ArrayPool<float>.Shared.Return(first);
            ArrayPool<float>.Shared.Return(second);
        }
    }

    public void Dispose() => encoder.Dispose();
}

/// <summary>Pairs as the model sees them.</summary>
/// <param name="Features">The features of the probes, by exit and pair.</param>
/// <param name="Logits">The logits.</param>
/// <param name="Tokens">How many tokens each pair has.</param>
internal sealed record TaughtPairs(float[][][] Features, double[] Logits, int[] Tokens);
