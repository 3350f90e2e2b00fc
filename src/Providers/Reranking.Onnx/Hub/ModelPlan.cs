using System.Text.Json;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Hub;

/// <summary>What to download: the repository, the revision and the files, from the catalog or by the usual names.</summary>
internal sealed class ModelPlan
{
    /// <summary>The file that says which modules a cross-encoder has beside its graph.</summary>
    public const string ModulesFile = "modules.json";

    private const string TokenizerFile = "tokenizer.json";
    private const string DefaultModelFile = "onnx/model.onnx";

    private static readonly string[] FilesOfModules = ["config.json", "model.safetensors"];

    // What a repository has only if its model has modules, and what an exporter may leave out.
    private static readonly string[] OptionalFiles =
        ["tokenizer_config.json", ModulesFile, "config_sentence_transformers.json", "sentence_bert_config.json"];

    private ModelPlan(string model, string repository, string revision, string modelFile, bool isKnown, IReadOnlyList<PlannedFile> files)
    {
        Model = model;
        Repository = repository;
        Revision = revision;
        ModelFile = modelFile;
        IsKnown = isKnown;
        Files = files;
    }

    /// <summary>Gets the name that was asked for.</summary>
    public string Model { get; }

    public string Repository { get; }

    public string Revision { get; }

    public string ModelFile { get; }

    /// <summary>Gets a value indicating whether the catalog has the model.</summary>
    public bool IsKnown { get; }

    public IReadOnlyList<PlannedFile> Files { get; }

    /// <exception cref="ArgumentException">The name, the revision or the file is not valid.</exception>
    /// <exception cref="RelevanceScoringException">No ONNX file of the model is known.</exception>
    public static ModelPlan For(string model, string? revision, string? modelFile)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (ModelName.Problem(model) is { } problem)
        {
            throw new ArgumentException($"The model is '{model}'; {problem}", nameof(model));
        }

        if (revision is not null && !ModelName.IsRevision(revision))
        {
            throw new ArgumentException($"The revision is '{revision}'; expected a commit, a tag or a branch without slashes.", nameof(revision));
        }

        if (modelFile is not null && !ModelName.IsFile(modelFile))
        {
            throw new ArgumentException(
                $"The model file is '{modelFile}'; expected a path within the repository, such as onnx/model_quantized.onnx.", nameof(modelFile));
        }

        ModelCatalogEntry? entry = ModelCatalog.Find(model);
        if (entry is { ModelFiles: [] } && modelFile is null)
        {
            throw new RelevanceScoringException(
                $"No public ONNX export of '{entry.Id}' is known. "
                + "Set Model to a repository that has one, or export the model and set ModelPath to the folder.");
        }

        string file = modelFile ?? entry?.ModelFiles[0].Path ?? DefaultModelFile;
        string wanted = revision ?? entry?.Revision ?? "main";
        bool pinned = wanted == entry?.Revision;   // the hashes of the catalog hold for the revision of the catalog
        return new ModelPlan(model, entry?.Repository ?? model, wanted, file, entry is not null, [.. Plan(entry, file, pinned)]);
    }

    /// <summary>Returns the plan for the tokenizer alone; a model whose ONNX file nobody knows has one, too.</summary>
    /// <exception cref="ArgumentException">The name or the revision is not valid.</exception>
    public static ModelPlan ForTokenizer(string model, string? revision)
    {
        ModelPlan plan = For(model, revision, DefaultModelFile);
        return new ModelPlan(
            plan.Model, plan.Repository, plan.Revision, plan.ModelFile, plan.IsKnown, [.. plan.Files.Where(static file => file.Path == TokenizerFile)]);
    }

    /// <summary>Returns the files of the modules that a <c>modules.json</c> names, none of which a repository has to have.</summary>
    public static IEnumerable<PlannedFile> FilesOf(ReadOnlyMemory<byte> modules)
    {
        using JsonDocument document = JsonDocument.Parse(modules);
        return
        [
            .. ModularHeadReader.PathsOf(document.RootElement)
                .SelectMany(static path => FilesOfModules.Select(file => $"{path}/{file}"))
                .Where(ModelName.IsFile)
                .Select(static path => new PlannedFile(path, Sha256: null, IsOptional: true)),
        ];
    }

    /// <summary>Returns whether a file of a manifest is one of a module.</summary>
    public static bool IsOfModule(ModelManifestFile file) => FilesOfModules.Any(name => file.Path.EndsWith("/" + name, StringComparison.Ordinal));

    // The large file is last, so that a missing one is noticed before it.
    private static IEnumerable<PlannedFile> Plan(ModelCatalogEntry? entry, string modelFile, bool pinned)
    {
        foreach (ModelCatalogFile file in entry?.Files ?? ModelCatalog.UsualFiles)
        {
            bool isOptional = OptionalFiles.Contains(file.Path) && (entry is null || file.Path != ModulesFile);
            yield return new PlannedFile(file.Path, pinned ? file.Sha256 : null, isOptional);
        }

        ModelCatalogFile? known = entry?.ModelFiles.FirstOrDefault(file => file.Path == modelFile);
        yield return new PlannedFile(modelFile, pinned ? known?.Sha256 : null, IsOptional: false);

        // Exports above 2 GB keep their weights beside the graph, by this name.
        if (known is null || known.DataFile is not null)
        {
            yield return new PlannedFile(known?.DataFile ?? modelFile + "_data", null, IsOptional: known is null);
        }
    }
}
