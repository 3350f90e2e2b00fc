namespace Reranking.Onnx.Hub;

/// <summary>Where a model is in the folder of its repository, and whether it is there.</summary>
internal static class StoredModel
{
    private const int MaxPinLength = 256;

    /// <summary>Returns the folder of the commit, or of the revision if its commit is not known.</summary>
    public static string FolderOf(ModelPlan plan, string home) => Path.Combine(home, PinOf(plan, home) ?? plan.Revision);

    /// <summary>Returns the commit that the revision named when it was first used, or <see langword="null"/>.</summary>
    public static string? PinOf(ModelPlan plan, string home)
    {
        if (ModelName.IsCommit(plan.Revision))
        {
            return plan.Revision;
        }

        string path = PinFile(plan, home);
        return new FileInfo(path) is { Exists: true, Length: <= MaxPinLength }
            && File.ReadAllText(path).Trim() is { } pin
            && (ModelName.IsCommit(pin) || pin == plan.Revision)
            ? pin
            : null;
    }

    /// <summary>Returns the file that records the commit.</summary>
    public static string PinFile(ModelPlan plan, string home) => Path.Combine(home, plan.Revision + ".pin");

    /// <summary>Returns the folder of the model if all planned files are there in their recorded length, or else <see langword="null"/>.</summary>
    public static string? FindFolder(ModelPlan plan, string home)
    {
        string folder = FolderOf(plan, home);
        return ModelManifest.TryRead(folder) is { } manifest && plan.Files.All(planned => IsThere(folder, manifest.Find(planned.Path), planned))
            && manifest.Files.Where(ModelPlan.IsOfModule).All(file => IsThere(folder, file))
            ? folder
            : null;
    }

    private static bool IsThere(string folder, ModelManifestFile? file, PlannedFile planned) => file is null
        ? planned.IsOptional
        : IsThere(folder, file);

    private static bool IsThere(string folder, ModelManifestFile file) =>
        new FileInfo(Path.Combine(folder, file.Path)) is { Exists: true } info && info.Length == file.Length;
}
