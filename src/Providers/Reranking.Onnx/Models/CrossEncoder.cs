namespace Reranking.Onnx;

/// <summary>A loaded cross-encoder: pairs in, logits out.</summary>
internal sealed class CrossEncoder : IDisposable
{
    private static readonly string[] KnownActivations = ["torch.nn.modules.linear.Identity", "torch.nn.modules.activation.Sigmoid", "Identity", "Sigmoid"];

    private CrossEncoder(OnnxModel model) => Model = model;

    public OnnxModel Model { get; }

    /// <summary>Loads a model, checks that it gives one logit a pair, and runs its self-test where it has one.</summary>
    /// <exception cref="RelevanceScoringException">The model is no cross-encoder with one label, or fails its self-test.</exception>
    public static async Task<CrossEncoder> LoadAsync(ModelFolder folder)
    {
        OnnxModel model = OnnxModel.Load(folder, "logits");
        try
        {
            Check(model);
            var encoder = new CrossEncoder(model);
            await SelfTest.RunAsync(encoder).ConfigureAwait(false);
            return encoder;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public async Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        using PairInputs inputs = PairInputs.Encode(Model, query, documents, cancellationToken, Model.Folder.Options as OnnxScorerOptions);
        return await ScoreAsync(inputs, Model.Plan(inputs), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Scores encoded pairs in the runs of a plan; the score of a pair does not depend on the plan, but for the rounding of quantised models.</summary>
    public async Task<RelevanceScores> ScoreAsync(PairInputs inputs, RunPlan plan, CancellationToken cancellationToken)
    {
        double[] logits = new double[inputs.Count];
        await Model.RunAsync(inputs, plan, Read, cancellationToken).ConfigureAwait(false);
        var scores = new RelevanceScore[inputs.DocumentCount];
        long tokens = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Score(inputs, i, logits);
            tokens += scores[i].TokenCount!.Value;
        }

        return new RelevanceScores(scores) { ModelId = Model.Folder.ModelId, Usage = new RelevanceScoringUsage { InputTokenCount = tokens } };

        void Read(int index, int tokenCount, ReadOnlySpan<float> values) => logits[index] = float.IsFinite(values[0])
            ? values[0]
            : throw new RelevanceScoringException(
                $"Model '{Model.Folder.ModelId}' gives {values[0]} to document {inputs.DocumentOf(index)}; expected a finite logit. Try another {Model.Folder.Options.SettingsPath}:ExecutionProvider, or a model in fp32.");
    }

    // A document is as relevant as its best window; of equal ones that is the first.
    private static RelevanceScore Score(PairInputs inputs, int document, double[] logits)
    {
        (int first, int count) = inputs.PairsOf(document).GetOffsetAndLength(inputs.Count);
        int best = first;
        int tokenCount = 0;
        for (int pair = first; pair < first + count; pair++)
        {
            best = logits[pair] > logits[best] ? pair : best;
            tokenCount += inputs.Length(pair);
        }

        // The sigmoid is the score whatever activation the model was trained with: the graph ends before it.
        return RelevanceScore.FromLogit(logits[best]) with { TokenCount = tokenCount, IsTruncated = inputs.IsTruncated(document), BestWindow = inputs.WindowOf(best) };
    }

    public void Dispose() => Model.Dispose();

    private static void Check(OnnxModel model)
    {
        ModelFolder folder = model.Folder;
        int labels = model.OutputWidth > 0 ? model.OutputWidth : model.Configuration.LabelCount ?? 1;
        if (labels != 1)
        {
            throw new RelevanceScoringException(
                $"Model '{folder.ModelId}' gives {labels} labels; a reranker gives 1. Set {folder.Options.SettingsPath}:ModelPath to a cross-encoder for relevance.");
        }

        if (model.Configuration.Activation is { } activation && !KnownActivations.Contains(activation))
        {
            throw new RelevanceScoringException(
                $"'{folder.ConfigFile}' names the activation {activation}; expected {KnownActivations[0]} or {KnownActivations[1]}. Check {folder.Options.SettingsPath}:ModelPath.");
        }

        model.SettleOutputWidth(1);
    }
}
