namespace Reranking.Architecture.Tests;

/// <summary>Data flows one way: no folder uses another one that uses it.</summary>
public sealed class FolderTests
{
    // In the order of the data, "" is the project's own folder: a folder uses only those before it.
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        ["Reranking"] =
        [
            "", "Diagnostics", "Scoring", "Decorators", "Composition", "Ranking", "Prompting", "Configuration", "Live", "DependencyInjection",
        ],
        ["Reranking.AspNetCore"] = ["", "Protocol", "Admission", "Endpoints", "Playground", "DependencyInjection"],
        ["Reranking.Evaluation"] = ["Data", "Metrics", "Statistics", "Retrieval", "Calibration", "Labeling", "Reports", ""],
        ["Reranking.Http"] = ["", "Protocol", "Configuration", "Transport", "Scoring", "DependencyInjection"],
        ["Reranking.Tokenizers"] = ["Tokenization", ""],
        ["Reranking.Onnx"] = ["Models", "Pairs", "Engine", "Scoring", "Hub", "", "DependencyInjection"],
        ["Reranking.Onnx.EarlyExit"] = ["Graphs", "Fitting", ""],
    };

    public static TheoryData<string> Projects => [.. Project.Names];

    public static TheoryData<string> LayeredProjects => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_References_HaveNoCycle(string name)
    {
        Dictionary<(string From, string To), string> references = Project.Load(name).FolderReferences();
        List<string> left = [.. references.Keys.SelectMany(static pair => new[] { pair.From, pair.To }).Distinct()];
        while (left.Find(folder => !references.Keys.Any(pair => pair.From == folder && left.Contains(pair.To))) is { } lowest)
        {
            left.Remove(lowest);
        }

        Assert.True(left.Count == 0, string.Join('\n', references.Where(pair => left.Contains(pair.Key.From) && left.Contains(pair.Key.To)).Select(Describe)));
    }

    [Theory]
    [MemberData(nameof(LayeredProjects))]
    public void Folders_References_FollowTheOrderOfTheData(string name)
    {
        string[] layers = Layers[name];
        Dictionary<(string From, string To), string> references = Project.Load(name).FolderReferences();

        Assert.Empty(references.Keys.SelectMany(static pair => new[] { pair.From, pair.To }).Except(layers));
        var wrong = references.Where(pair => Array.IndexOf(layers, pair.Key.To) > Array.IndexOf(layers, pair.Key.From));
        Assert.True(!wrong.Any(), string.Join('\n', wrong.Select(Describe)));
    }

    private static string Describe(KeyValuePair<(string From, string To), string> reference) =>
        $"{reference.Key.From}/ -> {reference.Key.To}/: {reference.Value}";
}
