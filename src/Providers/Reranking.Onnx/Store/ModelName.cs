using System.Text.RegularExpressions;

namespace Reranking.Onnx;

/// <summary>What may stand in an address and in a path on disk: nothing that leads out of the folder of a model.</summary>
internal static partial class ModelName
{
    /// <summary>Says what is wrong with the name of a model, or <see langword="null"/> where nothing is.</summary>
    public static string? Problem(string model) =>
        ModelCatalog.Find(model) is not null || IsRepository(model) ? null : $"expected the name of a model as owner/name. Did you mean {Nearest(model)}?";

    public static bool IsRevision(string revision) => RevisionPattern().IsMatch(revision);

    public static bool IsCommit(string? revision) => revision is not null && CommitPattern().IsMatch(revision);

    /// <summary>Tells whether a path stays within its folder, on every system.</summary>
    public static bool IsFile(string path) => FilePattern().IsMatch(path) && path.Split('/').All(static segment => segment.Trim('.').Length > 0);

    // "--" stands for the slash in the name of the folder.
    private static bool IsRepository(string model) =>
        RepositoryPattern().IsMatch(model) && !model.Contains("--", StringComparison.Ordinal) && !model.Contains("..", StringComparison.Ordinal);

    private static string Nearest(string model) => ModelCatalog.Entries.Select(static entry => entry.Id)
        .MinBy(id => Math.Min(Distance(model, id), Distance(model, id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..])))!;

    // Levenshtein: how many letters have to be put in, left out or changed.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = diagonal + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(?<!\.)\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?<!\.)\z")]
    private static partial Regex RevisionPattern();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex CommitPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,7}\z")]
    private static partial Regex FilePattern();
}
