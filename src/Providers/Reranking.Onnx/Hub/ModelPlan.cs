namespace Reranking.Onnx.Hub;

/// <summary>What to download: the repository, the revision and the files, from the catalog or by the usual names.</summary>
internal sealed class ModelPlan
{
    private const string DefaultModelFile = "onnx/model.onnx";

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

    // The large file is last, so that a missing one is noticed before it.
    private static IEnumerable<PlannedFile> Plan(ModelCatalogEntry? entry, string modelFile, bool pinned)
    {
        foreach (ModelCatalogFile file in entry?.Files ?? ModelCatalog.UsualFiles)
        {
            yield return new PlannedFile(file.Path, pinned ? file.Sha256 : null, IsOptional: file.Path == "tokenizer_config.json");
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
