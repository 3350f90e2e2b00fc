using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;

namespace Reranking.Onnx.Scoring;

/// <summary>
/// One pass of a request through a model that documents may leave early: part by part, and after each the documents with the lowest estimates go.
/// </summary>
/// <param name="engine">The engine of a model in parts.</param>
/// <param name="file">The probes and the plan.</param>
/// <param name="pairs">The request.</param>
/// <param name="topN">How many documents are wanted.</param>
/// <param name="readLogits">Computes the raw score out of the output.</param>
internal sealed class EarlyExitPass(OnnxEngine engine, EarlyExitFile file, PairInputs pairs, int topN, LogitReader readLogits)
{
    private readonly PartRunner _parts = engine.Parts!;
    private readonly PairScore[] _scores = new PairScore[pairs.Inputs.Count];

    /// <summary>Gets what the hidden states of all requests may take.</summary>
    public long MaxStatesSize { get; init; } = HiddenStates.MaxSize;

    /// <summary>Scores all pairs: those that stay to the end with their logit, the others with their last estimate.</summary>
    /// <param name="isBackground">Whether nobody waits for it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<PairScore[]> RunAsync(bool isBackground, CancellationToken cancellationToken)
    {
        int[] staying = LongestFirst(Enumerable.Range(0, _scores.Length));
        int documents = pairs.DocumentCount;
        HiddenStates? before = null;
        int part = 0;
        try
        {
            IReadOnlyList<EarlyExitStep> steps = file.Plan.Steps;
            for (int i = 0; i < steps.Count; i++)
            {
                int kept = Math.Min(documents, steps[i].CountOf(pairs.DocumentCount, topN));
                if (kept == documents)
                {
                    continue;   // nobody would leave, so there is nothing to estimate
                }

                double share = (double)kept / documents;
                int end = PartAfter(steps[i].Layer);
                var after = new HiddenStates(_scores.Length, wanted: (int)Math.Ceiling(staying.Length * share), MaxStatesSize);
                try
                {
                    await EstimateAsync(staying, part, end, before, after, stage: i - steps.Count, isBackground, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    after.Dispose();
                    throw;
                }

                before?.Dispose();
                (before, part) = (after, end);
                staying = LongestFirst(Choose(staying, kept));
                documents = kept;
            }

            await FinishAsync(staying, part, before, isBackground, cancellationToken).ConfigureAwait(false);
            return _scores;
        }
        finally
        {
            before?.Dispose();
        }
    }

    private Task EstimateAsync(
        int[] staying, int part, int end, HiddenStates? before, HiddenStates after, int stage, bool isBackground, CancellationToken cancellationToken)
    {
        EarlyExitProbe probe = file.Probes[end - 1];
        return RunAsync(staying, part, end, before, Estimate, isBackground, cancellationToken);

        void Estimate(int pair, int first, Memory<float> start, RunOptions options)
        {
            int length = pairs.Inputs.Length(pair) * _parts.HiddenSize;
            float[] states = HiddenStates.Rent(length);
            double estimate;
            try
            {
                _parts.RunToStates(pairs.Inputs, pair, first, end, start, states.AsMemory(0, length), options);
                estimate = Apply(probe, states.AsSpan(0, length), pair);
            }
            catch
            {
                HiddenStates.Return(states);
                throw;
            }

            _scores[pair] = new PairScore(estimate, stage);
            after.Keep(pair, states, estimate);
        }
    }

    private Task FinishAsync(int[] staying, int part, HiddenStates? before, bool isBackground, CancellationToken cancellationToken)
    {
        return RunAsync(staying, part, _parts.Count, before, Finish, isBackground, cancellationToken);

        void Finish(int pair, int first, Memory<float> start, RunOptions options) => _parts.RunToEnd(pairs.Inputs, pair, first, start, options, Read);

        void Read(int index, int tokenCount, ReadOnlySpan<float> values) => _scores[index] = new PairScore(readLogits(values), Stage: 0);
    }

    // A pair whose states were not kept begins again with its ids.
    private Task RunAsync(
        int[] staying,
        int part,
        int end,
        HiddenStates? before,
        Action<int, int, Memory<float>, RunOptions> run,
        bool isBackground,
        CancellationToken cancellationToken)
    {
        return engine.RunAsync(staying.Length, TokensOf, Run, isBackground, cancellationToken);

        int FirstPart(int pair) => before is null || before[pair].IsEmpty ? 0 : part;

        long TokensOf(int index) => (long)(pairs.Inputs.Length(staying[index]) * _parts.ShareOf(FirstPart(staying[index]), end));

        void Run(int index, RunOptions options)
        {
            int pair = staying[index];
            Memory<float> states = before?[pair] ?? default;
            int length = pairs.Inputs.Length(pair) * _parts.HiddenSize;
            run(pair, FirstPart(pair), states.IsEmpty ? states : states[..length], options);
            before?.Release(pair);
        }
    }

    private double Apply(EarlyExitProbe probe, ReadOnlySpan<float> states, int pair)
    {
        int count = EarlyExitFile.FeatureCount(_parts.HiddenSize);
        float[] rented = ArrayPool<float>.Shared.Rent(count);
        Span<float> features = rented.AsSpan(0, count);
        (Range query, Range document) = pairs.Locate(pair);
        ExitFeatures.Compute(states, _parts.HiddenSize, query, document, features);
        double estimate = TensorPrimitives.Dot(features, probe.Weights.Span) + probe.Bias;
        ArrayPool<float>.Shared.Return(rented);
        return double.IsFinite(estimate) ? estimate : double.NaN;   // its logit would be no number either
    }

    // The best documents, by their best window. Windows leave with their document and not alone, so that who stays has the score of the full pass, whichever
    // window it comes from. Equals stay in their order.
    private IEnumerable<int> Choose(int[] staying, int kept) => staying
        .Where(pair => !double.IsNaN(_scores[pair].Logit))
        .Order()
        .GroupBy(pairs.DocumentOf)
        .OrderByDescending(windows => windows.Max(pair => _scores[pair].Logit))
        .Take(kept)
        .SelectMany(static windows => windows);

    private int PartAfter(int layer)
    {
        int index = 0;
        while (file.Probes[index].Layer != layer)
        {
            index++;
        }

        return index + 1;
    }

    private int[] LongestFirst(IEnumerable<int> order) => [.. order.OrderByDescending(pairs.Inputs.Length)];
}
