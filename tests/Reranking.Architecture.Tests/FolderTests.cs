namespace Reranking.Architecture.Tests;

/// <summary>Data flows one way: no folder uses another one that uses it.</summary>
public sealed class FolderTests
{
    // Reranking.Onnx still has cycles; a project joins the list when its last one is gone.
    public static TheoryData<string> Projects => [.. Project.Names.Except(["Reranking.Onnx"])];

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

    private static string Describe(KeyValuePair<(string From, string To), string> reference) => $"{reference.Key.From}/ -> {reference.Key.To}/: {reference.Value}";
}
