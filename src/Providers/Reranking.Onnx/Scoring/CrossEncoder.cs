using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Scoring;

/// <summary>A loaded cross-encoder: pairs in, scores out.</summary>
internal sealed class CrossEncoder : IDisposable
{
    private readonly OnnxScorerOptions _options;
    private readonly LogitReader _readLogits;

    private CrossEncoder(OnnxEngine engine, PairFormat format, OnnxScorerOptions options)
    {
        Engine = engine;
        Format = format;
        _options = options;
        _readLogits = LogitReaders.Create(engine.Profile);
    }

    public OnnxEngine Engine { get; }

    /// <summary>Gets how the model reads a pair.</summary>
    public PairFormat Format { get; }

    public ModelProfile Profile => Engine.Profile;

    /// <summary>Loads a model, resolves how it reads a pair and what its logits mean, and runs its self-test if it has one.</summary>
    /// <exception cref="RelevanceScoringException">The model is no reranker, the settings do not fit it, or it fails its self-test.</exception>
    public static async Task<CrossEncoder> LoadAsync(ModelFolder folder, OnnxScorerOptions options)
    {
        ModelConfiguration configuration = ModelConfiguration.Read(folder);
        Tokenizer tokenizer = folder.ReadTokenizer();
        OnnxEngine engine = SessionFactory.Load(folder, session =>
            new CrossEncoderProfile(options, folder, configuration, tokenizer).Resolve(session.OutputMetadata));
        try
        {
            var encoder = new CrossEncoder(engine, PairFormat.Create(tokenizer, engine.Profile), options);
            await SelfTest.RunAsync(encoder).ConfigureAwait(false);
            return encoder;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Encodes and scores the documents of a request.</summary>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="isBackground">Whether nobody waits for the scores.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RelevanceScores> ScoreAsync(
        PairQuery query, IReadOnlyList<string> documents, bool isBackground, CancellationToken cancellationToken)
    {
        using PairInputs pairs = PairInputs.Encode(Format, query, documents, cancellationToken, _options);
        return await ScoreAsync(pairs, Engine.Plan(pairs.Inputs), isBackground, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Scores encoded pairs in the runs of a plan; the score of a pair does not depend on the plan, except for the rounding of quantized models.
    /// </summary>
    public async Task<RelevanceScores> ScoreAsync(PairInputs pairs, RunPlan plan, bool isBackground, CancellationToken cancellationToken)
    {
        double[] logits = new double[pairs.Inputs.Count];
        await Engine.RunAsync(pairs.Inputs, plan, Read, isBackground, cancellationToken).ConfigureAwait(false);
        var scores = new RelevanceScore[pairs.DocumentCount];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Score(pairs, i, logits);
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

        void Read(int index, int tokenCount, ReadOnlySpan<float> values)
        {
            double logit = _readLogits(values);
            logits[index] = double.IsInfinity(logit) ? throw NotFinite(logit, pairs.DocumentOf(index)) : logit;
        }
    }

    public void Dispose() => Engine.Dispose();

    private RelevanceScoringException NotFinite(double logit, int document) => new(
        $"Model '{Profile.Folder.ModelId}' returned {logit} for document {document}; expected a finite logit. "
        + $"Try another {_options.SettingsPath}:{nameof(_options.ExecutionProvider)}, or a model in fp32.");

    // A document is as relevant as its best window; among equal ones that is the first.
    private static RelevanceScore Score(PairInputs pairs, int document, double[] logits)
    {
        (int first, int count) = pairs.PairsOf(document).GetOffsetAndLength(logits.Length);
        int best = first;
        int tokenCount = 0;
        for (int pair = first; pair < first + count; pair++)
        {
            best = double.IsNaN(logits[best]) || logits[pair] > logits[best] ? pair : best;
            tokenCount += pairs.Inputs.Length(pair);
        }

        // The sigmoid is the score whatever activation the model was trained with: the graph ends before it.
        return RelevanceScore.FromLogit(logits[best]) with
        {
            TokenCount = tokenCount,
            IsTruncated = pairs.IsTruncated(document),
            BestWindow = pairs.WindowOf(best),
        };
    }
}
