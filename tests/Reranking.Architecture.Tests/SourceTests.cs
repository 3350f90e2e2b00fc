using System.Text.RegularExpressions;

namespace Reranking.Architecture.Tests;

/// <summary>Rules about source files that no analyzer checks.</summary>
public sealed partial class SourceTests
{
    private const int MaxLineLength = 160;
    private const int TinyFile = 15;

    public static TheoryData<string> Projects => [.. Project.Names];

    [Fact]
    public void Lines_Always_FitTheLimit() => Assert.Empty(
        from file in Repository.SourceFiles("src", "tests", "samples")
        where !file.EndsWith(".g.cs", StringComparison.Ordinal)
        from line in File.ReadLines(file).Select(static (text, index) => (text, index))
        where line.text.Length > MaxLineLength
        select $"{Path.GetRelativePath(Repository.Root, file)}:{line.index + 1}");

    [Fact]
    public void TinyFiles_InTheLibraries_HoldAPublicTypeOrAnEnum() => Assert.Empty(
        from file in Repository.SourceFiles("src")
        let text = File.ReadAllText(file)
        where !file.EndsWith("Attribute.cs", StringComparison.Ordinal)   // one that the compiler knows by its name
        where File.ReadLines(file).Count() <= TinyFile && !PublicTypePattern().IsMatch(text) && !text.Contains("enum ", StringComparison.Ordinal)
        select Path.GetRelativePath(Repository.Root, file));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_OfInternalTypes_FollowFolders(string name)
    {
        Project project = Project.Load(name);
        string root = Path.Combine(Repository.Root, project.Path);
        foreach (string file in Repository.SourceFiles(project.Path))
        {
            string text = File.ReadAllText(file);
            string space = NamespacePattern().Match(text) is { Success: true } match ? match.Groups[1].Value : "";
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            bool isPublic = PublicTypePattern().IsMatch(text) || IsPartOfPublicType(file);
            if (space.StartsWith("Reranking", StringComparison.Ordinal))
            {
                string expected = isPublic || folder == "." ? project.RootNamespace : $"{name}.{folder}";
                Assert.True(expected == space, $"{Path.GetRelativePath(Repository.Root, file)} is in {space}; expected {expected}.");
            }
        }
    }

    // "Reranker.Reporting.cs" belongs to "Reranker.cs".
    private static bool IsPartOfPublicType(string file)
    {
        string whole = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file).Split('.')[0] + ".cs");
        return File.Exists(whole) && PublicTypePattern().IsMatch(File.ReadAllText(whole));
    }

    [GeneratedRegex(@"^public ", RegexOptions.Multiline)]
    private static partial Regex PublicTypePattern();

    [GeneratedRegex(@"^namespace ([\w\.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();

    [Fact]
    public void PackagesFilter_Always_ListsAllProjectsOfTheSources()
    {
        string filter = File.ReadAllText(Path.Combine(Repository.Root, "src", "Packages.slnf"));

        Assert.Equal(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
                .Select(static file => Path.GetRelativePath(Repository.Root, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(static file => !file.Contains("/content/", StringComparison.Ordinal))   // of a template
                .Order(StringComparer.Ordinal),
            ProjectPattern().Matches(filter).Select(static match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EventIds_OfAllPackages_AreUsedOnce()
    {
        string[] ids = [.. Repository.SourceFiles("src")
            .SelectMany(static file => EventIdPattern().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value))];

        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(static id => id).Where(static same => same.Count() > 1).Select(static same => same.Key));
    }

    [GeneratedRegex("\"(.*\\.csproj)\"")]
    private static partial Regex ProjectPattern();

    [GeneratedRegex(@"EventId = (\d+)")]
    private static partial Regex EventIdPattern();
}
