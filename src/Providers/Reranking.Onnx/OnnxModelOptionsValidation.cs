using System.Globalization;
using Microsoft.Extensions.Options;
using Reranking.Onnx.Hub;
using Reranking.Onnx.Models;

namespace Reranking.Onnx;

/// <summary>Checks the options of local models with messages that name the key.</summary>
/// <typeparam name="TOptions">The options of the scorer or of the embedding generator.</typeparam>
/// <param name="name">The name of the options that this instance is for.</param>
/// <param name="sectionPath">The path of the section that they come from.</param>
internal sealed class OnnxModelOptionsValidator<TOptions>(string name, string sectionPath) : IValidateOptions<TOptions>
    where TOptions : OnnxModelOptions
{
    private readonly string _name = name;

    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        if (name != _name)
        {
            return ValidateOptionsResult.Skip;
        }

        options.SettingsPath = sectionPath;
        List<string> failures = [.. OnnxModelOptionsValidation.Failures(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

/// <summary>The rules of <see cref="OnnxModelOptions"/>.</summary>
internal static class OnnxModelOptionsValidation
{
    public static void ThrowIfInvalid(OnnxModelOptions options, string paramName)
    {
        foreach (string failure in Failures(options))
        {
            throw new ArgumentException(failure, paramName);
        }
    }

    public static IEnumerable<string> Failures(OnnxModelOptions options)
    {
        string path = options.SettingsPath;
        if (options is OnnxEmbeddingGeneratorOptions { ModelPath: null })
        {
            yield return $"{path}:{nameof(options.ModelPath)} is not set; expected the folder of a bi-encoder.";
        }

        foreach (string failure in options is OnnxEmbeddingGeneratorOptions generator ? EmbeddingFailures(generator) : [])
        {
            yield return failure;
        }

        if (options.ModelPath is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            yield return Message(path, nameof(options.ModelPath), "blank", "the path of a model folder, or none");
        }

        if (options is not OnnxScorerOptions { Model: not null }   // which has a rule of its own
            && options.ModelFile is { } file && (string.IsNullOrWhiteSpace(file) || Path.IsPathRooted(file) || file.Split('/', '\\').Contains("..")))
        {
            yield return Message(path, nameof(options.ModelFile), file, "a path within the model folder, or none");
        }

        if (options is { ModelFile: { } chosen, ModelPath: { } model } && model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            yield return Message(path, nameof(options.ModelFile), chosen, $"none, as {path}:{nameof(options.ModelPath)} names the ONNX file");
        }

        if (options.Output is { } output && string.IsNullOrWhiteSpace(output))
        {
            yield return Message(path, nameof(options.Output), "blank", "the name of an output of the graph, or none");
        }

        foreach (string failure in options is OnnxScorerOptions named ? NameFailures(named) : [])
        {
            yield return failure;
        }

        if (options.MaxInputTokens < 8)
        {
            yield return Message(path, nameof(options.MaxInputTokens), options.MaxInputTokens, "8 or more, or none");
        }

        if (options.MaxConcurrency < 1)
        {
            yield return Message(path, nameof(options.MaxConcurrency), options.MaxConcurrency, "1 or more, or none");
        }

        if (!Enum.IsDefined(options.ExecutionProvider))
        {
            yield return Message(
                path, nameof(options.ExecutionProvider), options.ExecutionProvider, KnownNames.Or(Enum.GetNames<OnnxExecutionProvider>()));
        }

        if (options.DeviceId < 0)
        {
            yield return Message(path, nameof(options.DeviceId), options.DeviceId, "0 or more");
        }

        if (options.MaxBatchTokens is < 512 or > 1 << 20)
        {
            yield return Message(path, nameof(options.MaxBatchTokens), options.MaxBatchTokens, "512 to 1048576");
        }

        if (options is OnnxScorerOptions scorer)
        {
            if (scorer.CalibrationFile is { } calibration && string.IsNullOrWhiteSpace(calibration))
            {
                yield return Message(path, nameof(scorer.CalibrationFile), "blank", "the path of a calibration, or none");
            }

            if (!Enum.IsDefined(scorer.Calibration))
            {
                yield return Message(path, nameof(scorer.Calibration), scorer.Calibration, KnownNames.Or(Enum.GetNames<CalibrationMode>()));
            }

            if (scorer is { Calibration: not CalibrationMode.Auto, CalibrationFile: not null })
            {
                yield return $"{path}:{nameof(scorer.Calibration)} is {scorer.Calibration} and {path}:{nameof(scorer.CalibrationFile)} is "
                    + $"{scorer.CalibrationFile}; expected one of them.";
            }

            foreach (string failure in LongDocumentFailures(scorer).Concat(EarlyExitFailures(scorer)).Concat(PromptFailures(scorer)))
            {
                yield return failure;
            }
        }
    }

    private static IEnumerable<string> EmbeddingFailures(OnnxEmbeddingGeneratorOptions options)
    {
        string path = options.SettingsPath;
        if (!Enum.IsDefined(options.Pooling))
        {
            yield return Message(path, nameof(options.Pooling), options.Pooling, KnownNames.Or(Enum.GetNames<EmbeddingPooling>()));
        }

        if (options.QueryPrefix is null)
        {
            yield return Message(path, nameof(options.QueryPrefix), "null", "a text, which may be empty");
        }

        if (options.PassagePrefix is null)
        {
            yield return Message(path, nameof(options.PassagePrefix), "null", "a text, which may be empty");
        }
    }

    private static IEnumerable<string> LongDocumentFailures(OnnxScorerOptions options)
    {
        string path = options.SettingsPath;
        if (!Enum.IsDefined(options.LongDocuments))
        {
            yield return Message(path, nameof(options.LongDocuments), options.LongDocuments, KnownNames.Or(Enum.GetNames<LongDocumentMode>()));
        }

        if (options.WindowTokens < 16)
        {
            yield return Message(path, nameof(options.WindowTokens), options.WindowTokens, "16 or more");
        }

        if (options.WindowOverlap is not (>= 0 and <= 0.5))
        {
            yield return Message(path, nameof(options.WindowOverlap), options.WindowOverlap, "0 to 0.5");
        }

        if (options.MaxWindows is < 1 or > 10_000)
        {
            yield return Message(path, nameof(options.MaxWindows), options.MaxWindows, "1 to 10000");
        }
    }

    private static IEnumerable<string> EarlyExitFailures(OnnxScorerOptions options)
    {
        if (!options.HasEarlyExit)
        {
            yield break;
        }

        string path = options.SettingsPath;
        if (!options.EarlyExit!.Equals("On", StringComparison.OrdinalIgnoreCase) && EarlyExitPlan.TryParse(options.EarlyExit) is null)
        {
            yield return Message(path, nameof(options.EarlyExit), $"'{options.EarlyExit}'", EarlyExitPlan.Expected);
        }

        if (options.ExecutionProvider != OnnxExecutionProvider.Cpu)
        {
            yield return $"{path}:{nameof(options.EarlyExit)} is {options.EarlyExit} and {path}:{nameof(options.ExecutionProvider)} is "
                + $"{options.ExecutionProvider}; expected Cpu, or Off.";
        }
    }

    private static IEnumerable<string> NameFailures(OnnxScorerOptions options)
    {
        string path = options.SettingsPath;
        if (options.Model is not { } model)
        {
            if (options.Revision is not null)
            {
                yield return $"{path}:{nameof(options.Revision)} is {options.Revision} without {path}:{nameof(options.Model)}; expected both, or none.";
            }

            yield break;
        }

        if (options.ModelPath is not null)
        {
            yield return $"{path}:{nameof(options.Model)} is {model} and {path}:{nameof(options.ModelPath)} is {options.ModelPath}; expected one of them.";
        }

        if (ModelName.Problem(model) is { } problem)
        {
            yield return $"{path}:{nameof(options.Model)} is {model}; {problem}";
        }

        if (options.Revision is { } revision && !ModelName.IsRevision(revision))
        {
            yield return Message(path, nameof(options.Revision), revision, "a commit, a tag or a branch without slashes");
        }

        if (options.ModelFile is { } file && !ModelName.IsFile(file))
        {
            yield return Message(path, nameof(options.ModelFile), file, "a path within the repository, such as onnx/model_quantized.onnx");
        }
    }

    private static IEnumerable<string> PromptFailures(OnnxScorerOptions options)
    {
        string path = options.SettingsPath;
        if (options.Label is { } label && string.IsNullOrWhiteSpace(label))
        {
            yield return Message(path, nameof(options.Label), "blank", "the name or the index of a label, or none");
        }

        if (options.Prompt is { } prompt && PromptCatalog.Problem(prompt) is { } expected)
        {
            yield return Message(path, nameof(options.Prompt), string.IsNullOrWhiteSpace(prompt) ? "blank" : $"'{prompt}'", expected);
        }
        else if (options.Prompt is { } template && options.Instruction is null && PromptText.Count(template, PromptText.Instruction) > 0)
        {
            yield return $"{path}:{nameof(options.Instruction)} is not set, but {path}:{nameof(options.Prompt)} has a place for it; expected a text.";
        }

        if (options.YesToken == "")
        {
            yield return Message(path, nameof(options.YesToken), "blank", "a token, or none");
        }

        if (options.NoToken == "")
        {
            yield return Message(path, nameof(options.NoToken), "blank", "a token, or none");
        }

        if (options.YesToken is { Length: > 0 } yes && yes == options.NoToken)
        {
            yield return Message(path, nameof(options.NoToken), $"'{yes}', the same as {nameof(options.YesToken)}", "another token");
        }
    }

    private static string Message(string path, string key, object? found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}:{key} is {found}; expected {expected}.");
}
