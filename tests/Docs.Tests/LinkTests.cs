namespace Docs.Tests;

/// <summary>Links lead somewhere.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages];

    public static TheoryData<string> Site => [.. Repository.Pages.Where(static page => page.StartsWith("docs/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfEveryPage_Resolve(string page)
    {
        string folder = Path.GetDirectoryName(page)!;
        var markdown = new MarkdownPage(page);
        List<string> broken = [];
        foreach (string link in markdown.Links.Where(static link => !link.Contains("://", StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#', 2);
            string target = parts[0].Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, folder, parts[0]));
            string full = Path.Combine(Repository.Root, target);
            bool exists = File.Exists(full) || Directory.Exists(full);
            if (!exists || (parts.Length == 2 && !new MarkdownPage(target).Anchors.Contains(parts[1])))
            {
                broken.Add(link);
            }
        }

        Assert.True(broken.Count == 0, $"{page} has links to nothing: {string.Join(", ", broken)}.");
    }

    [Theory]
    [MemberData(nameof(Site))]
    public void Links_OfTheSite_LeadToFiles(string page)
    {
        string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!);

        // A folder has no page on the site.
        Assert.DoesNotContain(
            new MarkdownPage(page).Links,
            link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#') && Directory.Exists(Path.Combine(folder, link.Split('#')[0])));
    }

    [Fact]
    public void Site_EveryPage_IsInATableOfContents()
    {
        string[] listed =
        [
            .. from toc in Repository.Files("toc.yml", "docs").Concat(Repository.Files("*/toc.yml", "docs")).Distinct()
               from line in Repository.Read(toc).Split('\n')
               let parts = line.Split("href: ")
               where parts.Length == 2
               select Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(toc)!, parts[1].Trim())),
        ];

        string[] missing = [.. Site.Select(static row => row.Data).Except(listed)];
        Assert.True(missing.Length == 0, $"docs/toc.yml lacks {string.Join(", ", missing)}.");
    }
}
