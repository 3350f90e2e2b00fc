namespace Reranking;

/// <summary>Finds data that lies beside the repository and may not be part of it.</summary>
internal static class SharedData
{
    public const string NoDl19 = "TREC DL19 is not here: its MS MARCO passages are for research only and not part of the repository.";

    /// <summary>Gets the queries, candidates and judgments of TREC DL19, or <see langword="null"/> where they are not.</summary>
    public static string? Dl19 { get; } = Find("data", "trec-dl19-bm25-top100.jsonl.gz");

    /// <summary>Returns the path of a file, or <see langword="null"/> if it is not there.</summary>
    public static string? Find(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Plugin.sln")))
        {
            folder = folder.Parent;
        }

        string? file = folder?.Parent is { } parent ? Path.Combine([parent.FullName, "shared", .. path]) : null;
        return File.Exists(file) ? file : null;
    }
}
