using System.Text.RegularExpressions;

namespace Reranking.Onnx.Hub;

/// <summary>What can be part of an address and of a path on disk: nothing that leads out of the folder of a model.</summary>
internal static partial class ModelName
{
    /// <summary>Returns what is wrong with the name of a model, or <see langword="null"/> if nothing is.</summary>
    public static string? Problem(string model) =>
        ModelCatalog.Find(model) is not null || IsRepository(model) ? null : $"expected the name of a model as owner/name. Did you mean {Nearest(model)}?";

    public static bool IsRevision(string revision) => RevisionPattern().IsMatch(revision);

    public static bool IsCommit(string? revision) => revision is not null && CommitPattern().IsMatch(revision);

    /// <summary>Returns whether a path stays within its folder, on every system.</summary>
    public static bool IsFile(string path) => FilePattern().IsMatch(path) && path.Split('/').All(static segment => segment.Trim('.').Length > 0);

    // "--" stands for the slash in the name of the folder.
    private static bool IsRepository(string model) =>
        RepositoryPattern().IsMatch(model) && !model.Contains("--", StringComparison.Ordinal) && !model.Contains("..", StringComparison.Ordinal);

    private static string Nearest(string model) => ModelCatalog.Entries.Select(static entry => entry.Id)
        .MinBy(id => Math.Min(KnownNames.Distance(model, id), KnownNames.Distance(model, id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..])))!;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(?<!\.)\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?<!\.)\z")]
    private static partial Regex RevisionPattern();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex CommitPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,7}\z")]
    private static partial Regex FilePattern();
}
