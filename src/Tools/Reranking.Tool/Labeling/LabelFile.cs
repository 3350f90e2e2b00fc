namespace Reranking.Tool.Labeling;

/// <summary>The judgments on disk, as a qrels file: written as a whole after each answer, so that a kill leaves the file before or after it.</summary>
/// <param name="path">The file.</param>
internal sealed class LabelFile(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Returns where the labels of a set go without another name: beside it.</summary>
    public static string DefaultFor(string set)
    {
        string name = System.IO.Path.TrimEndingDirectorySeparator(set);
        foreach (string ending in new[] { ".gz", ".jsonl", ".json" })
        {
            name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
        }

        return name + ".labels.qrels";
    }

    /// <summary>Returns the judgments of a session before, or <see langword="null"/> if there was none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? Read() => File.Exists(Path) ? TrecQrels.Read(Path) : null;

    public void Save(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments)
    {
        // In the same folder, so that it can be moved in one step, and with the same ending, which says whether it is compressed.
        string temporary = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, ".new." + System.IO.Path.GetFileName(Path));
        TrecQrels.Write(temporary, judgments);
        File.Move(temporary, Path, overwrite: true);
    }

    /// <summary>Refuses ids that the file can't hold before a person has spent a minute.</summary>
    public static void Check(EvaluationSet set)
    {
        foreach (EvaluationQuery query in set.Queries)
        {
            if (HasSpace(query.Id) || query.Candidates?.Any(static document => HasSpace(document.Id)) == true)
            {
                throw Refused($"query '{Output.Terminal.Printable(query.Id)}' or one of its candidates");
            }
        }

        if (set.Documents.Any(static document => HasSpace(document.Id)))
        {
            throw Refused("a document of the corpus");
        }
    }

    private static bool HasSpace(string id) => id.Length == 0 || id.Any(char.IsWhiteSpace);

    private static ToolException Refused(string what) =>
        new($"The id of {what} is empty or has white space, which a qrels file can't hold; expected ids of one word each.");
}
