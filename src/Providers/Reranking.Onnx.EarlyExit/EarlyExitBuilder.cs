using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx.EarlyExit.Fitting;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit;

/// <summary>
/// Builds <c>early-exit.json</c> for a cross-encoder: cuts its graph between layers, fits linear probes to its own logits on unlabeled texts, and chooses
/// how many documents go on after each.
/// </summary>
/// <remarks>
/// <para>
/// The model is its own teacher, so no labels are needed. Use passages of the kind that will be searched, and queries that people asked if there are any.
/// Without queries, parts of the passages stand in for them. No text is written anywhere.
/// </para>
/// <para>
/// Scoring takes nearly all of the time. Memory: the model once, and for each exit a matrix of (5 × hidden size + 1)² doubles, twice while it is solved.
/// </para>
/// </remarks>
public static class EarlyExitBuilder
{
    private const int TrainingCandidates = 40;
    private const int SaveInterval = 30;   // seconds
    private const int MinPassages = 20;
    private static readonly int[] ReportedTopN = [1, 5, 10, 20, 50];
    private static readonly double[] Ridges = [0.01, 0.1, 1];

    /// <summary>Builds the file of a model.</summary>
    /// <param name="options">The model, and how thoroughly.</param>
    /// <param name="passages">Passages of the kind that will be searched; 20 or more, better some thousand.</param>
    /// <param name="queries">Queries of the kind that will be asked, or <see langword="null"/> to cut them from the passages.</param>
    /// <param name="progress">Is told how far it is, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops it; with a checkpoint file the next build goes on from there.</param>
    /// <returns>What was built.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or there are too few passages.</exception>
    /// <exception cref="RelevanceScoringException">The model can't be loaded or cut, or no plan loses as little as wanted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static async Task<EarlyExitReport> BuildAsync(
        EarlyExitBuilderOptions options,
        IReadOnlyList<string> passages,
        IReadOnlyList<string>? queries = null,
        IProgress<EarlyExitProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(passages);
        options.ThrowIfInvalid(nameof(options));
        string[] texts = [.. passages.Where(static passage => !string.IsNullOrWhiteSpace(passage)).Distinct(StringComparer.Ordinal)];
        if (texts.Length < MinPassages)
        {
            throw new ArgumentException($"There are {texts.Length} different passages; expected {MinPassages} or more.", nameof(passages));
        }

        return await Task.Run(() => BuildCoreAsync(options, texts, queries, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<EarlyExitReport> BuildCoreAsync(
        EarlyExitBuilderOptions options,
        string[] passages,
        IReadOnlyList<string>? queries,
        IProgress<EarlyExitProgress>? progress,
        CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Report(EarlyExitPhase.Cutting, 0, 1);
        var settings = new OnnxScorerOptions { ModelPath = options.ModelPath, ModelFile = options.ModelFile, MaxConcurrency = options.MaxConcurrency };
        ModelFolder folder = ModelFolder.Open(settings.FullModelPath!, settings);
        using ModelCut cut = ModelCut.Create(folder, options.ExitLayers);
        using Teacher teacher = await Teacher.LoadAsync(folder, settings, cut.File).ConfigureAwait(false);
        Report(EarlyExitPhase.Cutting, 1, 1);

        var random = new Random(0);
        int trainingCandidates = Math.Min(TrainingCandidates, passages.Length);
        (string[] training, string[] heldOut) = Split(options, queries ?? QueryCutter.Cut(
            passages, (options.MaxPairs / trainingCandidates) + options.MaxHeldOutQueries, random), trainingCandidates, random);
        var search = new PassageSearch(passages);

        NormalEquations[] equations =
            [.. cut.Layers.Select(_ => new NormalEquations(EarlyExitFile.FeatureCount(cut.HiddenSize)))];
        FittingCheckpoint? checkpoint = options.CheckpointFile is null ? null : new FittingCheckpoint(
            options.CheckpointFile,
            FittingCheckpoint.Fingerprint(
            [
                cut.Fingerprint, string.Join(' ', cut.Layers), trainingCandidates.ToString(CultureInfo.InvariantCulture), .. training, "", .. passages,
            ]));
        var state = new FittingState(equations, checkpoint);
        long saved = Stopwatch.GetTimestamp();
        try
        {
            while (state.Done < training.Length)
            {
                Report(EarlyExitPhase.Fitting, state.Done, training.Length);
                state.Add(await teacher
                    .ScoreAsync(training[state.Done], Candidates(training[state.Done], trainingCandidates, seed: state.Done), cancellationToken)
                    .ConfigureAwait(false));
                if (Stopwatch.GetElapsedTime(saved).TotalSeconds > SaveInterval)
                {
                    state.Save();
                    saved = Stopwatch.GetTimestamp();
                }
            }
        }
        catch
        {
            try
            {
                state.Save();   // the query under way begins again
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What interrupted the build matters more.
            }

            throw;
        }

        state.Save();

        Report(EarlyExitPhase.Fitting, state.Done, training.Length);
        var heldOutPairs = new List<TaughtPairs>();
        int candidates = Math.Min(EarlyExitStep.UsualCount, passages.Length);
        foreach (string query in heldOut)
        {
            Report(EarlyExitPhase.Choosing, heldOutPairs.Count, heldOut.Length);
            heldOutPairs.Add(await teacher
                .ScoreAsync(query, Candidates(query, candidates, seed: -1 - heldOutPairs.Count), cancellationToken).ConfigureAwait(false));
        }

        FittedProbe[] probes = [.. equations.Select((equation, exit) => FittedProbe.Fit(cut.Layers[exit], equation, exit, heldOutPairs, Ridges))];
        (PlanChoice choice, PlannedExit planned) = Choose(options, cut, heldOutPairs, probes);
        string file = cut.Write(
            [.. probes.Select(static probe => probe.Probe)],
            planned.Plan,
            new EarlyExitMeasurement(
                Math.Round(planned.Agreement, 4), Math.Round(planned.Time, 4), heldOut.Length, candidates, (int)equations[0].Count));
        checkpoint?.Delete();
        Report(EarlyExitPhase.Choosing, heldOut.Length, heldOut.Length);
        return new EarlyExitReport
        {
            File = file,
            LayerCount = cut.LayerCount,
            Plan = planned.Plan.ToString(),
            Agreement = planned.Agreement,
            Time = planned.Time,
            TrainingPairs = (int)equations[0].Count,
            HeldOutQueries = heldOut.Length,
            ByTopN =
            [
                .. from topN in ReportedTopN.Append(options.TopN).Distinct().Order()
                where topN <= candidates
                let measured = choice.Measure(planned.Plan, topN)
                select new EarlyExitOutcome(topN, measured.Agreement, measured.Time),
            ],
            Correlations = [.. probes.Select(static probe => probe.Correlation)],
        };

        string[] Candidates(string query, int count, int seed) =>
            [.. search.Find(query, count, new Random(seed)).Select(position => passages[position])];

        void Report(EarlyExitPhase phase, int count, int total) =>
            progress?.Report(new EarlyExitProgress(phase, count, total, Stopwatch.GetElapsedTime(start)));
    }

    private static (string[] Training, string[] HeldOut) Split(
        EarlyExitBuilderOptions options, IReadOnlyList<string> queries, int candidates, Random random)
    {
        string[] all = [.. queries.Where(static query => !string.IsNullOrWhiteSpace(query)).Distinct(StringComparer.Ordinal)];
        random.Shuffle(all);
        int heldOut = Math.Min(options.MaxHeldOutQueries, all.Length / 5);
        return heldOut < 1
            ? throw new ArgumentException(
                $"There are {all.Length} different queries; expected 5 or more, or none to have them cut from the passages.", nameof(queries))
            : ([.. all.Skip(heldOut).Take(Math.Max(1, options.MaxPairs / candidates))], all[..heldOut]);
    }

    private static (PlanChoice Choice, PlannedExit Planned) Choose(
        EarlyExitBuilderOptions options, ModelCut cut, List<TaughtPairs> heldOut, FittedProbe[] probes)
    {
        var choice = new PlanChoice(cut.Layers, cut.LayerCount, options.TopN);
        foreach (TaughtPairs pairs in heldOut)
        {
            double[][] estimates = [.. probes.Select((probe, exit) => Array.ConvertAll(pairs.Features[exit], probe.Estimate))];
            choice.Add(new HeldOutQuery(pairs.Logits, pairs.Tokens, estimates));
        }

        PlannedExit planned = choice.Choose(options.MaxLoss);
        return planned.Agreement >= 1 - options.MaxLoss
            ? (choice, planned)
            : throw new RelevanceScoringException(string.Create(
                CultureInfo.InvariantCulture,
                $"No plan loses as little as {options.MaxLoss:0.###} of the best documents: '{planned.Plan}' loses {1 - planned.Agreement:0.###}. "
                + $"Raise {nameof(options.MaxLoss)}, give more or more diverse passages and queries, or choose later {nameof(options.ExitLayers)}."));
    }
}
