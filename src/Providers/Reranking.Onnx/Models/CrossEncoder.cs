namespace Reranking.Onnx;

/// <summary>A loaded cross-encoder: pairs in, scores out.</summary>
internal sealed class CrossEncoder : IDisposable
{
    private static readonly string[] KnownActivations = ["torch.nn.modules.linear.Identity", "torch.nn.modules.activation.Sigmoid", "Identity", "Sigmoid"];

    private readonly LogitReader _readLogits;

    private CrossEncoder(OnnxModel model, PairFormat format, LogitReader readLogits)
    {
        Model = model;
        Format = format;
        _readLogits = readLogits;
    }

    public OnnxModel Model { get; }

    /// <summary>Gets how the model reads a pair.</summary>
    public PairFormat Format { get; }

    /// <summary>Loads a model, finds out how it reads a pair and what its logits mean, and runs its self-test where it has one.</summary>
    /// <exception cref="RelevanceScoringException">The model is no reranker, the settings do not fit it, or it fails its self-test.</exception>
    public static async Task<CrossEncoder> LoadAsync(ModelFolder folder)
    {
        OnnxModel model = OnnxModel.Load(folder, "logits");
        try
        {
            CheckActivation(model);
            var options = (OnnxScorerOptions)folder.Options;
            Prompt? prompt = Prompts.Choose(options, folder, model.Configuration);
            LogitReader readLogits = LogitReaders.Choose(model, options, prompt);
            var encoder = new CrossEncoder(model, CreateFormat(model, options, prompt), readLogits);
            await SelfTest.RunAsync(encoder).ConfigureAwait(false);
            return encoder;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public async Task<RelevanceScores> ScoreAsync(PairQuery query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        using PairInputs inputs = PairInputs.Encode(Format, query, documents, cancellationToken, (OnnxScorerOptions)Model.Folder.Options);
        return await ScoreAsync(inputs, Model.Plan(inputs), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Scores encoded pairs in the runs of a plan; the score of a pair does not depend on the plan, but for the rounding of quantized models.</summary>
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

        void Read(int index, int tokenCount, ReadOnlySpan<float> values)
        {
            double logit = _readLogits(values);
            logits[index] = double.IsFinite(logit)
                ? logit
                : throw new RelevanceScoringException(
                    $"Model '{Model.Folder.ModelId}' gives {logit} to document {inputs.DocumentOf(index)}; expected a finite logit. Try another {Model.Folder.Options.SettingsPath}:ExecutionProvider, or a model in fp32.");
        }
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

    private static PairFormat CreateFormat(OnnxModel model, OnnxScorerOptions options, Prompt? prompt)
    {
        ModelFolder folder = model.Folder;
        if (options.Instruction is not null && prompt is not { HasInstruction: true })
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:{nameof(options.Instruction)} is set, but model '{folder.ModelId}' reads no prompt, or one without an instruction. Remove it, or set {options.SettingsPath}:{nameof(options.Prompt)}.");
        }

        if (prompt is null)
        {
            return new TokenizerPairFormat(model);
        }

        if (prompt.ControlToken is { } token && model.Tokenizer.FindId(token) is null)
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:{nameof(options.Prompt)} is {prompt.Name}, but the tokenizer of model '{folder.ModelId}' has no token {token}. Set it to the prompt that the model was trained with, or remove it.");
        }

        if (prompt.ModelType is { } expected && model.Configuration.ModelType is { } type && type != expected)
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:{nameof(options.Prompt)} is {prompt.Name}, the prompt of {expected} models, but '{folder.ConfigFile}' says {type}. Set it to the prompt that the model was trained with.");
        }

        model.PadLeft();
        return new PromptPairFormat(model, prompt);
    }

    private static void CheckActivation(OnnxModel model)
    {
        ModelFolder folder = model.Folder;
        if (model.Configuration.Activation is { } activation && !KnownActivations.Contains(activation))
        {
            throw new RelevanceScoringException(
                $"'{folder.ConfigFile}' names the activation {activation}; expected {KnownActivations[0]} or {KnownActivations[1]}. Check {folder.Options.SettingsPath}:ModelPath.");
        }
    }
}
