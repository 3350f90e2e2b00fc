namespace Reranking.Evaluation.Tests.Support;

/// <summary>TREC DL19, which is for research only and no part of the repository: it lies beside it, or it does not.</summary>
internal static class Dl19
{
    public const string Missing = "TREC DL19 is not here: its MS MARCO passages are for research only and not part of the repository.";

    public static string? Path { get; } = Find();

    public static EvaluationSet Load() => EvaluationSet.Load(Path!);

    private static string? Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Plugin.sln")))
        {
            folder = folder.Parent;
        }

        string? path = folder?.Parent is { } parent ? System.IO.Path.Combine(parent.FullName, "shared", "data", "trec-dl19-bm25-top100.jsonl.gz") : null;
        return File.Exists(path) ? path : null;
    }
}
