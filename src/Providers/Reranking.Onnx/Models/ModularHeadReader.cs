using System.Text.Json;

namespace Reranking.Onnx.Models;

/// <summary>Reads the head of a modular cross-encoder: <c>modules.json</c>, and the configuration and the weights of each module.</summary>
/// <remarks>What is not known is refused by its name: a module that is passed over still leaves plausible scores.</remarks>
internal sealed class ModularHeadReader
{
    private const string Library = "sentence_transformers.";
    private const string Torch = "torch.nn.modules.";
    private const string Embedding = "sentence_embedding";
    private const string Scores = "scores";
    private const string WeightsFile = "model.safetensors";
    private const string Known = "Transformer, Pooling, Dense, LayerNorm, Normalize and Dropout of sentence_transformers";
    private const int MaxModules = 64;
    private const int MaxSize = 1 << 16;

    private static readonly (string Key, HeadPooling Mode)[] Modes =
    [
        ("cls", HeadPooling.Cls), ("max", HeadPooling.Max), ("mean", HeadPooling.Mean), ("mean_sqrt_len_tokens", HeadPooling.MeanSqrtLength),
        ("weightedmean", HeadPooling.WeightedMean), ("lasttoken", HeadPooling.LastToken),
    ];

    // In the order in which Sentence Transformers joins several.
    private static readonly (string Key, HeadPooling Mode)[] OldModes =
    [
        ("pooling_mode_cls_token", HeadPooling.Cls), ("pooling_mode_max_tokens", HeadPooling.Max), ("pooling_mode_mean_tokens", HeadPooling.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", HeadPooling.MeanSqrtLength), ("pooling_mode_weightedmean_tokens", HeadPooling.WeightedMean),
        ("pooling_mode_lasttoken", HeadPooling.LastToken),
    ];

    private static readonly (string Key, HeadActivation Activation)[] Activations =
    [
        ("linear.Identity", HeadActivation.Identity), ("activation.Tanh", HeadActivation.Tanh), ("activation.GELU", HeadActivation.Gelu),
        ("activation.ReLU", HeadActivation.Relu), ("activation.Sigmoid", HeadActivation.Sigmoid), ("activation.SiLU", HeadActivation.Silu),
    ];

    private readonly ModelFolder _folder;
    private readonly bool _hasQueryPrompt;
    private readonly List<string> _files;
    private readonly List<HeadLayer> _layers = [];
    private HeadPooling[]? _pooling;
    private int _hiddenSize;
    private int _size;
    private bool _hasScores;

    private ModularHeadReader(ModelFolder folder, bool hasQueryPrompt)
    {
        _folder = folder;
        _hasQueryPrompt = hasQueryPrompt;
        _files = [folder.ModulesFile];
    }

    /// <summary>Reads the head of a folder.</summary>
    /// <param name="folder">The folder, which has a <c>modules.json</c>.</param>
    /// <param name="hasQueryPrompt">Whether a prompt is put before each query.</param>
    /// <exception cref="RelevanceScoringException">A module is not known, a file is missing or damaged, or the modules do not fit together.</exception>
    public static ModularHead Read(ModelFolder folder, bool hasQueryPrompt)
    {
        var reader = new ModularHeadReader(folder, hasQueryPrompt);
        try
        {
            return reader.ReadModules();
        }
        catch (InvalidOperationException exception)
        {
            // A text with a lone surrogate, which is valid JSON and no Unicode.
            throw reader.Failure(folder.ModulesFile, "or a config.json of a module has a text that is not valid Unicode", exception);
        }
    }

    /// <summary>Returns the files that a head is read from; none for a model without one.</summary>
    /// <exception cref="RelevanceScoringException">As for <see cref="Read"/>.</exception>
    public static IReadOnlyList<string> FilesOf(ModelFolder folder) =>
        ModelConfiguration.Read(folder) is { HasHead: true } configuration
            ? [.. Read(folder, configuration.QueryPrompt.Length > 0).Files.Concat([folder.SentenceTransformersFile, folder.TransformerFile]).Where(File.Exists)]
            : [];

    /// <summary>Returns the folders of the modules that <c>modules.json</c> names, for those who fetch them; those that lead elsewhere are left out.</summary>
    public static IReadOnlyList<string> PathsOf(JsonElement modules) => modules.ValueKind != JsonValueKind.Array ? [] :
    [
        .. modules.EnumerateArray()
            .Take(MaxModules)
            .Select(PathOf)
            .Where(static path => path is { Length: > 0 } && IsWithin(path))
            .Distinct()!,
    ];

    private static string? PathOf(JsonElement module)
    {
        try
        {
            return module.ValueKind == JsonValueKind.Object ? ModelConfiguration.Text(module, "path") : null;
        }
        catch (InvalidOperationException)
        {
            return null;   // half of a surrogate pair; reading the head says so
        }
    }

    private static bool IsWithin(string path) =>
        path.Split('/').All(static part => part.Length > 0 && part is not ("." or "..") && part.IndexOfAny(['\\', ':', '\0']) < 0);

    private ModularHead ReadModules()
    {
        using JsonDocument modules = Parse(_folder.ModulesFile, JsonValueKind.Array);
        int count = modules.RootElement.GetArrayLength();
        if (count is 0 or > MaxModules)
        {
            throw Failure(_folder.ModulesFile, $"has {count} modules; expected 1 to {MaxModules}");
        }

        int index = 0;
        foreach (JsonElement module in modules.RootElement.EnumerateArray())
        {
            AddModule(module, index++);
        }

        return _pooling is not null && _hasScores
            ? new ModularHead(_pooling, _layers, _hiddenSize, _files)
            : throw Failure(
                _folder.ModulesFile,
                $"has no {(_pooling is null ? "Pooling" : $"Dense whose module_output_name is {Scores}")}; expected the modules of a cross-encoder");
    }

    private void AddModule(JsonElement module, int index)
    {
        string type = module.ValueKind == JsonValueKind.Object && ModelConfiguration.Text(module, "type") is { } named ? named
            : throw Failure(_folder.ModulesFile, $"has a module {index} without a type");
        string name = type.StartsWith(Library, StringComparison.Ordinal) ? type[(type.LastIndexOf('.') + 1)..] : "";
        string path = ModelConfiguration.Text(module, "path") ?? "";
        if (path.Length > 0 && !IsWithin(path))
        {
            throw Failure(_folder.ModulesFile, $"has a module {index} whose path leads out of the folder");
        }

        if ((index == 0) != (name == "Transformer"))
        {
            throw name is "Transformer" or "Pooling" or "Dense" or "LayerNorm" or "Normalize" or "Dropout"
                ? Failure(_folder.ModulesFile, $"has the module {name} at {index}; expected one Transformer, first")
                : Unknown(type);
        }

        if (_hasScores && name != "Dropout")
        {
            throw Failure(_folder.ModulesFile, $"has the module {type} after the one that returns the {Scores}; expected that to be the last");
        }

        if (_pooling is null && name is ("Dense" or "LayerNorm" or "Normalize"))
        {
            throw Failure(_folder.ModulesFile, $"has the module {name} before a Pooling; expected it after");
        }

        switch (name)
        {
            case "Transformer" or "Dropout":
                break;
            case "Pooling" when _pooling is null:
                AddPooling(path);
                break;
            case "Dense":
                AddDense(path);
                break;
            case "LayerNorm":
                AddNorm(path);
                break;
            case "Normalize":
                _layers.Add(new UnitLayer(_size));
                break;
            default:
                throw Unknown(type);
        }
    }

    private void AddPooling(string path)
    {
        string file = FileOf(path, "config.json");
        using JsonDocument document = Parse(file, JsonValueKind.Object);
        JsonElement config = document.RootElement;
        _hiddenSize = Size(file, config, config.TryGetProperty("embedding_dimension", out _) ? "embedding_dimension" : "word_embedding_dimension");
        _pooling = ReadModes(file, config);
        _size = checked(_hiddenSize * _pooling.Length);
        if (_hasQueryPrompt && config.TryGetProperty("include_prompt", out JsonElement include) && include.ValueKind == JsonValueKind.False)
        {
            throw Failure(file, "says include_prompt false, and the model has a default prompt; expected none, or true");
        }
    }

    private HeadPooling[] ReadModes(string file, JsonElement config)
    {
        if (!config.TryGetProperty("pooling_mode", out JsonElement mode))
        {
            HeadPooling[] old = [.. OldModes.Where(old => Flag(file, config, old.Key, ifAbsent: false)).Select(static old => old.Mode)];
            return old.Length == 0 ? [HeadPooling.Mean] : old;
        }

        JsonElement[] names = mode.ValueKind == JsonValueKind.Array ? [.. mode.EnumerateArray().Take(Modes.Length + 1)] : [mode];
        return names.Length is > 0 && names.Length <= Modes.Length
            ? [.. names.Select(Find)]
            : throw Failure(file, $"has {names.Length} modes of pooling; expected 1 to {Modes.Length}");

        HeadPooling Find(JsonElement name)
        {
            string text = name.ToString();
            int index = Array.FindIndex(Modes, known => known.Key == text);
            return index >= 0
                ? Modes[index].Mode
                : throw Failure(file, $"has the pooling_mode {Shown(text)}; expected {string.Join(", ", Modes.Select(static known => known.Key))}");
        }
    }

    private void AddDense(string path)
    {
        string file = FileOf(path, "config.json");
        using JsonDocument document = Parse(file, JsonValueKind.Object);
        JsonElement config = document.RootElement;
        int inputSize = Size(file, config, "in_features");
        int outputSize = Size(file, config, "out_features");
        string input = ModelConfiguration.Text(config, "module_input_name") ?? Embedding;
        string output = ModelConfiguration.Text(config, "module_output_name") ?? input;
        if (input != Embedding || output is not (Embedding or Scores))
        {
            throw Failure(file, $"reads {Shown(input)} and writes {Shown(output)}; expected {Embedding} and {Embedding} or {Scores}");
        }

        CheckSize(file, "in_features", inputSize);
        bool hasBias = Flag(file, config, "bias", ifAbsent: true);
        bool hasResidual = Flag(file, config, "use_residual", ifAbsent: false);
        bool isProjected = hasResidual && inputSize != outputSize;
        HeadActivation activation = ReadActivation(file, config);
        List<(string Name, int[] Shape)> expected = [("linear.weight", [outputSize, inputSize])];
        if (hasBias)
        {
            expected.Add(("linear.bias", [outputSize]));
        }

        if (isProjected)
        {
            expected.Add(("residual.weight", [outputSize, inputSize]));
        }

        IReadOnlyDictionary<string, HeadTensor> tensors = ReadWeights(path, expected);
        _layers.Add(new DenseLayer(
            inputSize,
            outputSize,
            tensors["linear.weight"].Values,
            hasBias ? tensors["linear.bias"].Values : null,
            activation,
            hasResidual,
            isProjected ? tensors["residual.weight"].Values : null));
        _size = outputSize;
        _hasScores = output == Scores;
    }

    private HeadActivation ReadActivation(string file, JsonElement config)
    {
        if (!config.TryGetProperty("activation_function", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return HeadActivation.Tanh;   // the default of the class
        }

        string name = value.ToString();
        int index = Array.FindIndex(Activations, known => name == Torch + known.Key);
        return index >= 0
            ? Activations[index].Activation
            : throw Failure(
                file,
                $"has the activation_function {Shown(name)}; expected {string.Join(", ", Activations.Select(static known => known.Key))} of {Torch[..^1]}");
    }

    private void AddNorm(string path)
    {
        string file = FileOf(path, "config.json");
        using JsonDocument document = Parse(file, JsonValueKind.Object);
        int size = Size(file, document.RootElement, "dimension");
        CheckSize(file, "dimension", size);
        IReadOnlyDictionary<string, HeadTensor> tensors = ReadWeights(path, [("norm.weight", [size]), ("norm.bias", [size])]);
        _layers.Add(new NormLayer(size, tensors["norm.weight"].Values, tensors["norm.bias"].Values));
    }

    private IReadOnlyDictionary<string, HeadTensor> ReadWeights(string path, List<(string Name, int[] Shape)> expected)
    {
        string file = FileOf(path, WeightsFile);
        if (!File.Exists(file))
        {
            throw Failure(file, "is missing; expected the weights of the module, which are not read from a pytorch_model.bin");
        }

        ModelFolder.ThrowIfPointer(file, _folder.Options);
        IReadOnlyDictionary<string, HeadTensor> tensors = SafeTensorsFile.Load(file, _folder.Options.ModelSetting);
        foreach ((string name, int[] shape) in expected)
        {
            if (!tensors.TryGetValue(name, out HeadTensor? tensor) || !tensor.Shape.AsSpan().SequenceEqual(shape))
            {
                throw Failure(
                    file, $"has {(tensor is null ? "no" : $"a [{string.Join(", ", tensor.Shape)}]")} {name}; expected [{string.Join(", ", shape)}]");
            }
        }

        return tensors.Keys.FirstOrDefault(name => !expected.Exists(known => known.Name == name)) is { } other
            ? throw Failure(file, $"has a tensor {Shown(other)}; expected {string.Join(" and ", expected.Select(static known => known.Name))} only")
            : tensors;
    }

    private string FileOf(string path, string name)
    {
        string file = Path.Combine(_folder.Path, path, name);
        _files.Add(file);
        return file;
    }

    private JsonDocument Parse(string file, JsonValueKind kind)
    {
        if (!File.Exists(file))
        {
            throw Failure(file, "is missing; expected the configuration of the module");
        }

        return ModelConfiguration.Parse(file, _folder.Options, kind);
    }

    private void CheckSize(string file, string key, int size)
    {
        if (size != _size)
        {
            throw Failure(file, $"says {key} {size}, but the module before it returns {_size} numbers; expected as many");
        }
    }

    private int Size(string file, JsonElement config, string key) =>
        config.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int size) && size is >= 1 and <= MaxSize
            ? size
            : throw Failure(file, $"has no {key} from 1 to {MaxSize}");

    private bool Flag(string file, JsonElement config, string key, bool ifAbsent) => !config.TryGetProperty(key, out JsonElement value) ? ifAbsent
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.ValueKind == JsonValueKind.True
        : throw Failure(file, $"has a {key} that is neither true nor false");

    private RelevanceScoringException Unknown(string type) => Failure(_folder.ModulesFile, $"names the module {Shown(type)}; expected {Known}");

    private RelevanceScoringException Failure(string file, string problem, Exception? inner = null) => ModelFileFailure.Mark(
        new RelevanceScoringException($"'{file}' {problem}. Check {_folder.Options.ModelSetting}.", inner), file);

    private static string Shown(string name) => name.Length <= 80 ? $"'{name}'" : $"'{name[..80]}...'";
}
