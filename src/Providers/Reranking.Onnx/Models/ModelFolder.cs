namespace Reranking.Onnx.Models;

/// <summary>The files of a model, found and named.</summary>
internal sealed class ModelFolder
{
    private const string Expected = "A model folder holds model.onnx, tokenizer.json and config.json.";

    private ModelFolder(string path, string modelFile, OnnxModelOptions options)
    {
        Path = path;
        ModelFile = modelFile;
        Options = options;
        ModelId = options.ModelId ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
    }

    public string Path { get; }

    public string ModelFile { get; }

    public string ModelId { get; }

    public OnnxModelOptions Options { get; }

    public string ConfigFile => System.IO.Path.Combine(Path, "config.json");

    public string TokenizerFile => System.IO.Path.Combine(Path, "tokenizer.json");

    public string TokenizerConfigFile => System.IO.Path.Combine(Path, "tokenizer_config.json");

    public string SelfTestFile => System.IO.Path.Combine(Path, "selftest.json");

    /// <summary>Finds the files that a model needs.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">The settings.</param>
    /// <param name="modelFile">The ONNX file within the folder, or <see langword="null"/> for that of the settings, else the usual one.</param>
    /// <exception cref="RelevanceScoringException">The folder or a file is missing.</exception>
    public static ModelFolder Open(string path, OnnxModelOptions options, string? modelFile = null)
    {
        string setting = $"{options.SettingsPath}:{nameof(options.ModelPath)}";
        if (!Directory.Exists(path))
        {
            throw new RelevanceScoringException($"The model folder '{path}' is missing. {Expected} Set {setting} to one.");
        }

        string[] candidates = (modelFile ?? options.ModelFile) is { } file ? [file] : ["model.onnx", "onnx/model.onnx"];
        modelFile = candidates.Select(candidate => System.IO.Path.Combine(path, candidate)).FirstOrDefault(File.Exists)
            ?? throw new RelevanceScoringException(
                $"The model folder '{path}' has no {string.Join(" and no ", candidates)}. " +
                $"{Expected} Set {setting} or {options.SettingsPath}:{nameof(options.ModelFile)}.");
        var folder = new ModelFolder(path, modelFile, options);
        foreach (string needed in new[] { folder.TokenizerFile, folder.ConfigFile })
        {
            if (!File.Exists(needed))
            {
                throw new RelevanceScoringException(
                    $"The model folder '{path}' has no {System.IO.Path.GetFileName(needed)}. {Expected} Set {setting} to a complete one.");
            }
        }

        return folder;
    }
}
