using Reranking.Tokenizers;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Models;

/// <summary>The files of a model, found and named.</summary>
internal sealed class ModelFolder
{
    private const string Expected = "A model folder holds model.onnx, tokenizer.json and config.json.";
    private const string OnnxExtension = ".onnx";
    private const string HubFolder = "onnx";   // of a repository
    private const int MaxListed = 20;

    private static readonly string[] UsualModelFiles = ["model.onnx", $"{HubFolder}/model.onnx"];

    private ModelFolder(string path, (string File, string? Reason) model, OnnxModelOptions options, string name)
    {
        Path = path;
        (ModelFile, ModelFileReason) = model;
        Options = options;
        ModelId = options.ModelId ?? name;
    }

    public string Path { get; }

    public string ModelFile { get; }

    /// <summary>Gets why this file was chosen among several, or <see langword="null"/> if there was nothing to choose.</summary>
    public string? ModelFileReason { get; }

    public string ModelId { get; }

    public OnnxModelOptions Options { get; }

    public string ConfigFile => System.IO.Path.Combine(Path, "config.json");

    public string TokenizerFile => System.IO.Path.Combine(Path, "tokenizer.json");

    public string TokenizerConfigFile => System.IO.Path.Combine(Path, "tokenizer_config.json");

    public string SelfTestFile => System.IO.Path.Combine(Path, "selftest.json");

    public string ModulesFile => System.IO.Path.Combine(Path, "modules.json");

    public string SentenceTransformersFile => System.IO.Path.Combine(Path, "config_sentence_transformers.json");

    public string TransformerFile => System.IO.Path.Combine(Path, "sentence_bert_config.json");

    /// <summary>Returns the name that a model has if the settings give it none: that of its folder.</summary>
    /// <param name="path">The path of the settings, of a folder or of an ONNX file.</param>
    public static string NameOf(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(path);
        string? folder = IsOnnxPath(path) ? System.IO.Path.GetDirectoryName(path) : path;
        if (IsOnnxPath(path) && System.IO.Path.GetFileName(folder) == HubFolder)
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }

        return System.IO.Path.GetFileName(folder) is { Length: > 0 } name ? name : path;
    }

    /// <summary>Finds the files that a model needs.</summary>
    /// <param name="path">The folder, or the ONNX file.</param>
    /// <param name="options">The settings.</param>
    /// <param name="modelFile">The ONNX file within the folder, or <see langword="null"/> for that of the settings, else the usual or only one.</param>
    /// <exception cref="RelevanceScoringException">The folder or a file is missing, or is not a file of a model.</exception>
    public static ModelFolder Open(string path, OnnxModelOptions options, string? modelFile = null)
    {
        modelFile ??= options.ModelFile;
        string name = NameOf(path);
        if (IsOnnxPath(path) && !Directory.Exists(path))
        {
            (path, modelFile) = Part(path);
        }

        if (!Directory.Exists(path))
        {
            throw new RelevanceScoringException(File.Exists(path)
                ? $"'{path}' is a file; expected a model folder or an ONNX file. {Expected} Set {options.ModelSetting} to one."
                : $"The model folder '{path}' is missing. {Expected} Set {options.ModelSetting} to one.");
        }

        var folder = new ModelFolder(path, FindModel(path, modelFile, options), options, name);
        foreach (string needed in (string[])[folder.TokenizerFile, folder.ConfigFile])
        {
            if (!File.Exists(needed))
            {
                throw new RelevanceScoringException(
                    $"The model folder '{path}' has no {System.IO.Path.GetFileName(needed)}. {Expected} Set {options.ModelSetting} to a complete one.");
            }
        }

        foreach (string file in (string[])[folder.ModelFile, folder.TokenizerFile, folder.ConfigFile])
        {
            ThrowIfPointer(file, options);
        }

        return folder;
    }

    /// <summary>Returns the files beside the graph that hold its weights, by the names that the graph has for them, and by those that exporters use.</summary>
    public IReadOnlyList<string> FindExternalData()
    {
        string folder = System.IO.Path.GetDirectoryName(ModelFile)!;
        using FileStream graph = File.OpenRead(ModelFile);
        IEnumerable<string> names = OnnxFile.ExternalData(graph)
            .Where(static name => !System.IO.Path.IsPathRooted(name) && !name.Split('/', '\\').Contains(".."))
            .Select(name => System.IO.Path.Combine(folder, name));
        return
        [
            .. names
                .Concat([ModelFile + ".data", ModelFile + "_data", System.IO.Path.ChangeExtension(ModelFile, ".data")])
                .Distinct(StringComparer.Ordinal)
                .Where(File.Exists),
        ];
    }

    /// <summary>Reads the tokenizer.</summary>
    /// <exception cref="RelevanceScoringException">The file is damaged, or has what is not supported.</exception>
    public Tokenizer ReadTokenizer()
    {
        try
        {
            return Tokenizers.Tokenization.TokenizerFile.Load(TokenizerFile);
        }
        catch (TokenizerFileException exception)
        {
            var failure = new RelevanceScoringException($"{exception.Message} Check {Options.ModelSetting}.", exception.InnerException);
            throw ModelFileFailure.Mark(failure, TokenizerFile);
        }
    }

    /// <summary>Refuses a pointer of Git LFS.</summary>
    /// <exception cref="RelevanceScoringException">The file is one, or can't be read.</exception>
    public static void ThrowIfPointer(string file, OnnxModelOptions options)
    {
        bool isPointer;
        try
        {
            isPointer = ModelFileContent.IsLfsPointer(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException($"'{file}' can't be read: {exception.Message} Check {options.ModelSetting}.", exception);
        }

        if (isPointer)
        {
            throw ModelFileFailure.Mark(
                new RelevanceScoringException(
                    $"'{file}' is a pointer of Git LFS, not the file itself; expected the file. Run 'git lfs pull' in its repository, "
                    + $"or download it, or check {options.ModelSetting}."),
                file);
        }
    }

    private static bool IsOnnxPath(string path) => path.EndsWith(OnnxExtension, StringComparison.OrdinalIgnoreCase);

    // The folder of an ONNX file: that with the tokenizer, which in a repository is the one above.
    private static (string Folder, string ModelFile) Part(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        string file = System.IO.Path.GetFileName(path);
        return System.IO.Path.GetFileName(folder) == HubFolder
            && System.IO.Path.GetDirectoryName(folder) is { Length: > 0 } above
            && !File.Exists(System.IO.Path.Combine(folder, "tokenizer.json"))
            ? (above, $"{HubFolder}/{file}")
            : (folder, file);
    }

    private static (string File, string? Reason) FindModel(string path, string? modelFile, OnnxModelOptions options)
    {
        string[] candidates = modelFile is { } file ? [file] : UsualModelFiles;
        if (candidates.Select(candidate => System.IO.Path.Combine(path, candidate)).FirstOrDefault(File.Exists) is { } found)
        {
            return (found, null);
        }

        string[] there = [.. OnnxFiles(path)];
        if (modelFile is null && there is [string only])
        {
            return (System.IO.Path.Combine(path, only), null);
        }

        bool isAccelerated = options.ExecutionProvider != OnnxExecutionProvider.Cpu;
        if (modelFile is null && ModelFileChoice.Choose(there, ProcessorDescription.Current, isAccelerated) is var (chosen, reason))
        {
            return (System.IO.Path.Combine(path, chosen), reason);
        }

        string has = there.Length == 0 ? Expected
            : $"It has {string.Join(", ", there.Take(MaxListed))}{(there.Length > MaxListed ? ", and others" : "")}.";
        throw new RelevanceScoringException(
            $"The model folder '{path}' has no {string.Join(" and no ", candidates)}. {has} "
            + (there.Length == 0
                ? $"Set {options.ModelSetting} or {options.SettingsPath}:{nameof(options.ModelFile)}."
                : $"Set {options.SettingsPath}:{nameof(options.ModelFile)} to one of them."));
    }

    // The names within the folder, as the setting has them.
    private static IEnumerable<string> OnnxFiles(string path) =>
        ((string[])["", HubFolder])
            .Where(folder => Directory.Exists(System.IO.Path.Combine(path, folder)))
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(path, folder))
                .Where(IsOnnxPath)
                .Select(System.IO.Path.GetFileName)
                .Order(StringComparer.Ordinal)
                .Select(file => folder.Length == 0 ? file! : $"{folder}/{file}"));
}
