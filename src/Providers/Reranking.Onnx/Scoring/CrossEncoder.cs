using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Scoring;

/// <summary>A loaded cross-encoder: pairs in, scores out.</summary>
internal sealed class CrossEncoder : IDisposable
{
    private readonly OnnxScorerOptions _options;
    private readonly HeadReader? _head;
    private readonly EarlyExitFile? _earlyExit;

    private CrossEncoder(OnnxEngine engine, PairFormat format, OnnxScorerOptions options, EarlyExitFile? earlyExit)
    {
        _earlyExit = earlyExit;
        Engine = engine;
        Format = format;
        Language = new LanguageCheck(format.Tokenizer);
        _options = options;
        ReadLogits = LogitReaders.Create(engine.Profile);
        _head = engine.Profile.Head is { } head ? new HeadReader(head) : null;
    }

    public OnnxEngine Engine { get; }

    /// <summary>Gets how the raw score of an input is computed from its output.</summary>
    public LogitReader ReadLogits { get; }

    /// <summary>Gets how the model reads a pair.</summary>
    public PairFormat Format { get; }

    public ModelProfile Profile => Engine.Profile;

    /// <summary>Gets what tells texts that are not English.</summary>
    public LanguageCheck Language { get; }

    /// <summary>Gets what makes probabilities of raw scores, or <see langword="null"/> for the sigmoid.</summary>
    public ScoreCalibration? Calibration { get; private init; }

    /// <summary>Loads a model, resolves how it reads a pair and what its logits mean, and runs its self-test if it has one.</summary>
    /// <param name="folder">The files.</param>
    /// <param name="options">The settings.</param>
    /// <param name="parts">The parts to run it in, or <see langword="null"/> for what the settings say.</param>
    /// <exception cref="RelevanceScoringException">The model is not a reranker, the settings do not fit it, or it fails its self-test.</exception>
    public static async Task<CrossEncoder> LoadAsync(ModelFolder folder, OnnxScorerOptions options, EarlyExitFile? parts = null)
    {
        ModelConfiguration configuration = ModelConfiguration.Read(folder);
        EarlyExitFile? earlyExit = parts ?? (options.HasEarlyExit ? EarlyExitFile.Read(folder, options.EarlyExit!) : null);
        Task<Tokenizer> tokenizer = Task.Run(folder.ReadTokenizer);   // while the runtime optimizes the graph
        OnnxEngine engine = await LoadEngineAsync().ConfigureAwait(false);
        try
        {
            if (earlyExit is not null && engine.Profile.Head is not null)
            {
                throw new RelevanceScoringException(
                    $"{options.SettingsPath}:{nameof(options.EarlyExit)} is set, but the head of model '{folder.ModelId}' is stored beside its graph; "
                    + "expected a graph that returns logits. Set it to Off.");
            }

            var encoder = new CrossEncoder(engine, PairFormat.Create(await tokenizer.ConfigureAwait(false), engine.Profile), options, earlyExit)
            {
                Calibration = ModelCalibration.Read(folder, options),
            };
            await SelfTest.RunAsync(encoder).ConfigureAwait(false);
            return encoder;
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        async Task<OnnxEngine> LoadEngineAsync()
        {
            try
            {
                return await SessionFactory.LoadAsync(folder, earlyExit, ResolveAsync).ConfigureAwait(false);
            }
            catch (RelevanceScoringException)
            {
                await tokenizer.ConfigureAwait(false);   // a folder without a tokenizer is told so first
                throw;
            }
        }

        async Task<ModelProfile> ResolveAsync(InferenceSession session) =>
            new CrossEncoderProfile(options, folder, configuration, await tokenizer.ConfigureAwait(false)).Resolve(session.OutputMetadata);
    }

    /// <summary>Encodes and scores the documents of a request.</summary>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="topN">How many of the best are wanted, or <see langword="null"/> for the scores of all.</param>
    /// <param name="isBackground">Whether nobody waits for the scores.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RelevanceScores> ScoreAsync(
        PairQuery query, IReadOnlyList<string> documents, int? topN, bool isBackground, CancellationToken cancellationToken)
    {
        using PairInputs pairs = PairInputs.Encode(Format, query, documents, cancellationToken, _options);
        if (_earlyExit is not null && topN is { } wanted)
        {
            var pass = new EarlyExitPass(Engine, _earlyExit, pairs, wanted, ReadLogits);
            PairScore[] scores = await pass.RunAsync(isBackground, cancellationToken).ConfigureAwait(false);
            return Collect(pairs, scores);
        }

        return await ScoreAsync(pairs, Engine.Plan(pairs.Inputs), isBackground, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Scores encoded pairs in the runs of a plan; the score of a pair does not depend on the plan, except for the rounding of quantized models.
    /// </summary>
    public async Task<RelevanceScores> ScoreAsync(PairInputs pairs, RunPlan plan, bool isBackground, CancellationToken cancellationToken)
    {
        var scores = new PairScore[pairs.Inputs.Count];
        await Engine.RunAsync(pairs.Inputs, plan, Read, isBackground, cancellationToken).ConfigureAwait(false);
        return Collect(pairs, scores);

        void Read(int index, int tokenCount, ReadOnlySpan<float> values) =>
            scores[index] = new PairScore(_head is null ? ReadLogits(values) : _head.Read(tokenCount, values, ReadLogits), Stage: 0);
    }

    public void Dispose() => Engine.Dispose();

    private RelevanceScoringException NotFinite(double logit, int document) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Model '{Profile.Folder.ModelId}' returned {logit} for document {document}; expected a finite logit. "
        + $"Try another {_options.SettingsPath}:{nameof(_options.ExecutionProvider)}, or a model in fp32."));

    private RelevanceScores Collect(PairInputs pairs, PairScore[] pairScores)
    {
        var scores = new RelevanceScore[pairs.DocumentCount];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Score(pairs, i, pairScores);
        }

        // A pair that overflows leaves its document unscored; if all do, it is the model.
        if (scores.Length > 0 && !Array.Exists(scores, static score => score.IsScored))
        {
            throw NotFinite(double.NaN, document: 0);
        }

        return new RelevanceScores(scores)
        {
            ModelId = Profile.Folder.ModelId,
            Usage = new RelevanceScoringUsage { InputTokenCount = pairs.Inputs.TokenCount },
        };
    }

    // A document is as relevant as its best window, of those that got furthest; among equal ones that is the first.
    private RelevanceScore Score(PairInputs pairs, int document, PairScore[] scores)
    {
        (int first, int count) = pairs.PairsOf(document).GetOffsetAndLength(scores.Length);
        int best = first;
        int tokenCount = 0;
        for (int pair = first; pair < first + count; pair++)
        {
            if (double.IsInfinity(scores[pair].Logit))
            {
                throw NotFinite(scores[pair].Logit, document);
            }

            best = scores[pair].IsBetterThan(scores[best]) ? pair : best;
            tokenCount += pairs.Inputs.Length(pair);
        }

        bool isScored = !double.IsNaN(scores[best].Logit);

        // Without a calibration the sigmoid is the score whatever activation the model was trained with: the graph ends before it.
        RelevanceScore score = RelevanceScore.FromLogit(scores[best].Logit);
        return (Calibration?.Apply(score) ?? score) with
        {
            TokenCount = tokenCount,
            IsTruncated = pairs.IsTruncated(document),
            BestWindow = pairs.WindowOf(best),
            Stage = isScored ? scores[best].Stage : 0,
            IsEstimate = isScored && scores[best].Stage < 0,
        };
    }
}

/// <summary>What is known of a pair in the end.</summary>
/// <param name="Logit">The logit, or the last estimate of it; NaN if it is not a number.</param>
/// <param name="Stage">0 for the logit; below it, the lower the earlier the pair left.</param>
internal readonly record struct PairScore(double Logit, int Stage)
{
    /// <summary>Returns whether another pair of the same document counts less: a logit before an estimate, and any number before none.</summary>
    public bool IsBetterThan(PairScore other) =>
        double.IsNaN(other.Logit) || (!double.IsNaN(Logit) && (Stage != other.Stage ? Stage > other.Stage : Logit > other.Logit));
}
