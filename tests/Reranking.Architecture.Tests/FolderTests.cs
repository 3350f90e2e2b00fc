namespace Reranking.Architecture.Tests;

/// <summary>Data flows one way: folders form layers, and no layer knows one above it.</summary>
public sealed class FolderTests
{
    // From the lowest layer up. A folder uses only folders before it; "" is the project's own folder.
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        ["Reranking"] = ["", "Diagnostics", "Decorators", "Composition", "Ranking", "Prompting", "Configuration", "Live", "DependencyInjection"],
        ["Reranking.Onnx"] = ["", "Models", "Tokenization", "Pairs", "Engine", "Scoring", "Hub", "DependencyInjection"],
    };

    public static TheoryData<string> Projects => [.. Project.Names];

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
    [InlineData("Reranking")]
    [InlineData("Reranking.Onnx")]
    public void Folders_References_LeadToLowerLayers(string name)
    {
        string[] layers = Layers[name];
        var wrong = Project.Load(name).FolderReferences().Where(pair => Array.IndexOf(layers, pair.Key.To) >= Array.IndexOf(layers, pair.Key.From));
        Assert.True(!wrong.Any(), string.Join('\n', wrong.Select(Describe)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfTheProject_AreKnownToTheLayers(string name)
    {
        if (Layers.TryGetValue(name, out string[]? layers))
        {
            IEnumerable<string> folders = Project.Load(name).FolderReferences().Keys.SelectMany(static pair => new[] { pair.From, pair.To });
            Assert.Empty(folders.Except(layers));
        }
    }

    private static string Describe(KeyValuePair<(string From, string To), string> reference) => $"{reference.Key.From}/ -> {reference.Key.To}/: {reference.Value}";
}
