using System.Diagnostics;

namespace Docs.Tests;

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Gets the Markdown files that belong to the repository, by their paths from its root.</summary>
    public static IReadOnlyList<string> Pages { get; } = [.. Files("*.md")];

    /// <summary>Gets the pages that users read as documentation: those of the site, the README, and the READMEs of the packages.</summary>
    public static IReadOnlyList<string> Manual { get; } =
    [
        .. Pages.Where(static page => page == "README.md"
            || page.StartsWith("docs/", StringComparison.Ordinal)
            || (page.StartsWith("src/", StringComparison.Ordinal) && page.EndsWith("/README.md", StringComparison.Ordinal))),
    ];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Returns the files that git tracks or would track: build output is none of the repository's.</summary>
    public static IEnumerable<string> Files(string pattern, string folder = "")
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", Path.Combine(folder, pattern)])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string[] files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return files.Where(static file => File.Exists(Path.Combine(Root, file))).Order(StringComparer.Ordinal);
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Plugin.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!);
}
